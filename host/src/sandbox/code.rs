//! The compiled engine as a part of this executable.
//!
//! It lies among the executable's own code, so that the system maps what is run
//! of it, and nothing is copied, unpacked or made executable at the start.

use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, Ordering};
use wasmtime::CustomCodeMemory;

/// How many bytes the compiled engine has.
const SIZE: usize = match usize::from_str_radix(env!("TOWPATH_ENGINE_SIZE"), 10) {
    Ok(size) => size,
    Err(_) => panic!("the build script says how large the engine is"),
};

/// Opens the section for the engine, names its start, and puts its bytes there.
/// Page sizes are 4 KiB or 16 KiB on the machines that there are.
macro_rules! embed {
    ($section:literal, $symbol:literal) => {
        std::arch::global_asm!(
            concat!(".section ", $section),
            ".p2align 14",
            concat!(".globl ", $symbol),
            concat!($symbol, ":"),
            concat!(".incbin \"", env!("TOWPATH_ENGINE_CODE"), "\""),
            ".text",
            options(raw)
        );
    };
}

#[cfg(target_vendor = "apple")]
embed!(
    "__TEXT,__engine,regular,pure_instructions",
    "_towpath_engine_code"
);
#[cfg(windows)]
embed!(".text$towpath,\"xr\"", "towpath_engine_code");
#[cfg(not(any(target_vendor = "apple", windows)))]
embed!(
    ".text.towpath_engine,\"ax\",@progbits",
    "towpath_engine_code"
);

// SAFETY: the symbol is defined above, has as many bytes as the build script wrote, and
// nothing writes to it.
unsafe extern "C" {
    #[link_name = "towpath_engine_code"]
    safe static ENGINE_CODE: [u8; SIZE];
}

/// Returns the bytes of the compiled engine.
pub(super) fn engine_code() -> NonNull<[u8]> {
    NonNull::from_ref(&ENGINE_CODE)
}

/// Returns the same bytes, to be copied.
pub(super) fn engine_bytes() -> &'static [u8] {
    &ENGINE_CODE
}

/// Returns whether nothing runs the code where it lies yet. It can be known to
/// wasmtime once; who comes later in the same process runs a copy.
pub(super) fn is_free() -> bool {
    static TAKEN: AtomicBool = AtomicBool::new(false);
    !TAKEN.swap(true, Ordering::Relaxed)
}

/// Memory that is part of the executable, and executable from the start.
pub(super) struct Resident;

impl CustomCodeMemory for Resident {
    fn required_alignment(&self) -> usize {
        1
    }

    fn publish_executable(&self, _start: *const u8, _length: usize) -> wasmtime::Result<()> {
        Ok(())
    }

    fn unpublish_executable(&self, _start: *const u8, _length: usize) -> wasmtime::Result<()> {
        Ok(())
    }
}
