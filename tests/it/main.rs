//! headwater as its users meet it: the real binary, real files, real sockets on loopback.

mod carry;
mod cli;
mod config;
mod crash;
mod docs;
mod doctor;
mod fulltext;
mod fuzz;
mod house;
mod idle;
mod life;
mod listing;
mod newsroom;
mod origin;
mod polite;
mod publish;
mod push;
mod rhythm;
mod serve;
mod settle;
mod shipped;
mod week;
