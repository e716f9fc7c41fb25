//! The binary: parse, run, exit code.

fn main() -> std::process::ExitCode {
    mcp_remit::cli::main()
}
