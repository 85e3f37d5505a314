//! Arguments in, exit code out.

#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    zerodrift::cli::run(std::env::args_os()).into()
}
