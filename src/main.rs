//! Arguments in, exit code out.

fn main() -> std::process::ExitCode {
    zerodrift::cli::run(std::env::args_os()).into()
}
