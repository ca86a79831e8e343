//! headwater as its users meet it: the real binary, real files, real sockets on loopback.

mod docs;
mod house;
mod origin;
mod publish;
