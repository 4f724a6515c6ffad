"""Runs one recipe: run.py NAME FOLDER [--languages a,b] [--keep] [--record]. Called by corpora/fetch."""
import argparse
import importlib.util
import pathlib
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
sys.dont_write_bytecode = True
import tools  # noqa: E402


def main():
    parser = argparse.ArgumentParser(prog="corpora/fetch")
    parser.add_argument("name")
    parser.add_argument("folder")
    parser.add_argument("--languages", help="comma-separated, instead of the manifest's")
    parser.add_argument("--keep", action="store_true", help="keep the downloads in FOLDER/.work")
    parser.add_argument("--record", action="store_true", help="write what was found into the manifest (maintainers)")
    options = parser.parse_args()
    recipe = tools.Recipe(options.name, options.folder, options.keep,
                          options.languages.split(",") if options.languages else None)
    specification = importlib.util.spec_from_file_location("recipe", HERE / f"{options.name}.py")
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    try:
        module.build(recipe)
    except (RuntimeError, OSError) as error:
        tools.fail(f"{options.name}: {error}")
    recipe.finish(options.record)


main()
