/// How a process was started, as launchers tell it in the environment.
enum Launch: Equatable {
    /// By itself, or by a launcher that started one.
    case alone
    /// Together with others, which Open MPI can find.
    case together
    /// As one of `tasks` that Open MPI cannot find, and how to start them so that it can.
    case apart(tasks: Int, remedy: String)

    /// Reads the variables of Open MPI's mpirun, of Slurm's srun, and of PMIx, which both speak.
    init(_ environment: [String: String]) {
        func number(_ key: String) -> Int? { environment[key].flatMap { Int($0) } }
        if let tasks = number("OMPI_COMM_WORLD_SIZE") {
            self = tasks > 1 ? .together : .alone
        } else if environment["PMIX_RANK"] != nil {
            self = .together
        } else if environment["SLURM_STEP_ID"] != nil, let tasks = number("SLURM_STEP_NUM_TASKS"), tasks > 1 {
            self = .apart(tasks: tasks, remedy: "srun --mpi=pmix")
        } else if let tasks = number("PMI_SIZE"), tasks > 1 {
            self = .apart(tasks: tasks, remedy: "the mpirun of Open MPI")
        } else {
            self = .alone
        }
    }
}
