import Testing
import ZooKit

@testable import Distribution

/// Who started the process is read from the environment, and no library is opened for a process alone.
@Suite struct LaunchTests {
    @Test(arguments: [
        ([:], Launch.alone),
        (["OMPI_COMM_WORLD_SIZE": "1"], .alone),
        (["OMPI_COMM_WORLD_SIZE": "4", "SLURM_STEP_ID": "0", "SLURM_STEP_NUM_TASKS": "2"], .together),
        (["PMIX_RANK": "0", "SLURM_STEP_ID": "0", "SLURM_STEP_NUM_TASKS": "8"], .together),
        (["SLURM_STEP_ID": "0", "SLURM_STEP_NUM_TASKS": "8"], .apart(tasks: 8, remedy: "srun --mpi=pmix")),
        (["SLURM_STEP_ID": "0", "SLURM_STEP_NUM_TASKS": "1"], .alone),
        // The script of a batch job, not a step.
        (["SLURM_NTASKS": "8", "SLURM_PROCID": "0"], .alone),
        (["PMI_SIZE": "2", "PMI_RANK": "1"], .apart(tasks: 2, remedy: "the mpirun of Open MPI")),
    ])
    func launchersAreToldApart(environment: [String: String], launch: Launch) {
        #expect(Launch(environment) == launch)
    }

    @Test func aProcessAloneIsItsOwnGroup() throws {
        let group = try MPIProcesses.joined(environment: [:])
        #expect(group is SoleProcess)
        #expect(group.size == 1)
    }

    @Test func tasksThatCannotFindEachOtherAreTold() {
        #expect(throws: CommunicationError.apart(tasks: 3, remedy: "srun --mpi=pmix")) {
            _ = try MPIProcesses.joined(environment: ["SLURM_STEP_ID": "0", "SLURM_STEP_NUM_TASKS": "3"])
        }
    }

    @Test func rangesAreCutIntoPieces() {
        #expect((3..<10).pieces(of: 3) == [3..<6, 6..<9, 9..<10])
        #expect((3..<3).pieces(of: 3).isEmpty)
    }
}
