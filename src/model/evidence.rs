//! What inference knows: a mergeable summary of traces.
