#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mcp_remit_fuzz::sql::check(bytes));
