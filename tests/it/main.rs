//! headwater as its users meet it: the real binary, real files, real sockets on loopback.

mod house;
mod origin;
mod publish;
