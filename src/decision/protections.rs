//! Protections: denials that stand under every policy (DESIGN 3.9).
