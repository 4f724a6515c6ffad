#!/usr/bin/env python3
"""TensorBoard's event files: a fixture, and what the real reader finds in a run's folder.

    tensorboard_read.py         writes Tests/ZooKitTests/Fixtures/events.tfevents with tensorboard's own messages and writer
    tensorboard_read.py RUN     reads RUN/tensorboard with tensorboard's EventAccumulator, and compares every scalar with
                                RUN/metrics.jsonl and every picture with RUN/pictures

Needs: pip install tensorboard
"""
import json
import math
import pathlib
import struct
import sys

from tensorboard.backend.event_processing import event_accumulator
from tensorboard.compat.proto.event_pb2 import Event, SessionLog
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter

FIXTURES = pathlib.Path(__file__).resolve().parent.parent / "ZooKitTests/Fixtures"


def write_fixture():
    image = Summary.Image(height=2, width=300, colorspace=3, encoded_image_string=bytes(range(200)))
    events = [
        Event(wall_time=1700000000.25, file_version="brain.Event:2"),
        Event(wall_time=1700000000.25, step=8, session_log=SessionLog(status=SessionLog.START)),
        Event(wall_time=1700000001.5, step=300, summary=Summary(value=[
            Summary.Value(tag="train/loss", simple_value=0.1), Summary.Value(tag="zero", simple_value=0.0),
            Summary.Value(tag="größe", simple_value=math.inf)])),
        Event(wall_time=0.0, step=0, summary=Summary(value=[Summary.Value(tag="strip", image=image)])),
    ]
    with open(FIXTURES / "events.tfevents", "wb") as file:
        writer = RecordWriter(file)
        for event in events:
            writer.write(event.SerializeToString(deterministic=True))
        writer.flush()


def expected_scalars(run):
    """Tag and step to value, and the order of steps, out of metrics.jsonl."""
    values = {}

    def number(record, *path):
        value = record
        for key in path:
            value = value.get(key) if value is not None else None
        if value is None and "/".join(path) in record.get("not_finite", {}):
            return float(record["not_finite"]["/".join(path)])
        return value

    for line in (run / "metrics.jsonl").read_text().splitlines():
        record = json.loads(line)
        step = record["step"]
        if record["kind"] == "checkpoint":
            continue
        group = "train" if record["kind"] == "step" else "heldout"
        values[group + "/loss", step] = number(record, "loss")
        for name in record["kinds"]:
            values[f"{group}/{name}", step] = number(record, "kinds", name)
        if record["kind"] == "step":
            for tag, key in (("train/learning_rate", "rate"), ("train/gradient_norm", "gradient_norm")):
                if number(record, key) is not None:
                    values[tag, step] = number(record, key)
            if record["seconds"] > 0:
                values["speed/rows_per_second", step] = record["rows"] / record["seconds"]
                values["speed/data_share", step] = record["data_seconds"] / record["seconds"]
    return values


def compare(run):
    everything = {event_accumulator.SCALARS: 0, event_accumulator.IMAGES: 0, event_accumulator.TENSORS: 0}
    events = event_accumulator.EventAccumulator(str(run / "tensorboard"), size_guidance=everything)
    events.Reload()
    assert events.file_version == 2.0, events.file_version
    want = expected_scalars(run)
    found = {}
    for tag in events.Tags()["scalars"]:
        for event in events.Scalars(tag):
            assert (tag, event.step) not in found, f"{tag} stands twice at step {event.step}"
            found[tag, event.step] = event.value
    assert want.keys() == found.keys(), sorted(want.keys() ^ found.keys())[:10]
    for key, value in want.items():
        single = struct.unpack("f", struct.pack("f", value))[0]
        assert single == found[key] or (math.isnan(single) and math.isnan(found[key])), (key, value, found[key])
    pictures = {path.name: path.read_bytes() for path in (run / "pictures").glob("*.png")}
    seen = {}
    for tag in events.Tags()["images"]:
        for event in events.Images(tag):
            seen[f"step-{event.step:08d}-{tag.split('/')[1]}.png"] = event.encoded_image_string
            width, height = struct.unpack(">II", event.encoded_image_string[16:24])
            assert (width, height) == (event.width, event.height)
    assert seen == pictures, sorted(seen.keys() ^ pictures.keys())
    print(f"{len(found)} scalars of {len(events.Tags()['scalars'])} curves and {len(seen)} pictures are the same")


if __name__ == "__main__":
    compare(pathlib.Path(sys.argv[1])) if len(sys.argv) > 1 else write_fixture()
