//! The table of clients, and one file a configuration format.
