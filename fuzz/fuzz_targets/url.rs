#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mcp_remit_fuzz::url::check(bytes));
