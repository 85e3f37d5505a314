//! Tests of the transport with real sockets.

mod sockets;
mod tls;

use super::*;
