//! Starting a server and asking it what it offers.
