// Included by the build script, which compiles the engine, and by the sandbox,
// which loads it: every setting that shapes the code has to be the same.

/// Returns the settings that the compiled engine and the launcher share.
fn engine_config() -> wasmtime::Config {
    let mut config = wasmtime::Config::new();
    // Fuel bounds the work the same way on every machine; epochs bound the time.
    config.consume_fuel(true);
    config.epoch_interruption(true);
    config.wasm_component_model(true);
    // Nobody reads a trace of the engine's frames, and their tables are large.
    config.generate_address_map(false);
    config.wasm_backtrace_max_frames(None);
    config
}
