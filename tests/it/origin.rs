//! A loopback HTTP/1.1 origin that can lie: the world as headwater meets it, on 127.0.0.1 and a port of its own.
//!
//! Every path answers with a `Reply`, fixed (`serve`) or made for each request (`script`), and every request is kept as
//! it was sent. One connection carries one exchange and is then closed, so that a lie about a body's length never
//! leaks into the next answer. It speaks no TLS and no HTTP/2.
//!
//! Dropping the origin releases whatever hangs, closes every connection and waits for its threads: nothing outlives
//! the test. A panic inside a script fails the test at that point.

mod reply;
mod selftest;

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

pub use reply::Reply;

/// More than any client of ours sends; beyond it the origin answers 431 or 413.
const MAX_HEAD: u64 = 64 << 10;
const MAX_BODY: usize = 16 << 20;
/// How long `await_requests` waits before it fails the test. Only a failing test ever waits this long.
const PATIENCE: Duration = Duration::from_secs(20);

/// One request as it came in.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    /// Path and query as sent.
    pub target: String,
    /// In order, names in the case they were sent in.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    /// The first value of a header, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.header_values(name).next()
    }

    /// All values of a header, whatever its case, in order.
    pub fn header_values(&self, name: &str) -> impl Iterator<Item = &str> {
        self.headers
            .iter()
            .filter(move |(n, _)| n.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// `/a?b` is asked for by `/a?b` and by `/a`.
    fn is_for(&self, path: &str) -> bool {
        self.target == path || self.target.split('?').next() == Some(path)
    }
}

/// Makes the answer to one request, given how many this script has answered before.
type Script = dyn FnMut(&Request, usize) -> Reply + Send;

/// A script and how many requests it has answered. Shared, so that it runs outside the state's lock.
type Route = Arc<Mutex<(Box<Script>, usize)>>;

#[derive(Default)]
struct State {
    routes: HashMap<String, Route>,
    requests: Vec<Request>,
    /// A second handle on every open connection, to cut it from outside.
    open: HashMap<usize, TcpStream>,
    /// How many requests wait for the first byte of their answer, and the most that ever did.
    waiting: usize,
    most_waiting: usize,
    workers: Vec<JoinHandle<()>>,
    stopped: bool,
}

/// The state, and a bell that rings when a request arrives or the origin stops.
#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    bell: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits, but not a moment longer than the origin lives. Whether it still does.
    fn pause(&self, time: Duration) -> bool {
        let waiting = self
            .bell
            .wait_timeout_while(self.lock(), time, |state| !state.stopped);
        !waiting.unwrap_or_else(PoisonError::into_inner).0.stopped
    }
}

pub struct Origin {
    address: SocketAddr,
    shared: Arc<Shared>,
    doorman: Option<JoinHandle<()>>,
}

impl Origin {
    /// Opens for requests; every path is 404 until it is told otherwise.
    pub fn start() -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a port");
        let address = listener
            .local_addr()
            .expect("a bound socket has an address");
        let shared = Arc::new(Shared::default());
        let for_doorman = Arc::clone(&shared);
        let doorman = Some(thread::spawn(move || welcome(&listener, &for_doorman)));
        Self {
            address,
            shared,
            doorman,
        }
    }

    /// The absolute address of a path.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Answers a path with this from now on. A path with a query is tried before the path alone.
    pub fn serve(&self, path: &str, reply: Reply) {
        self.script(path, move |_, _| reply.clone());
    }

    /// Answers a path with what the script makes of each request; it is also told how many it has answered before.
    /// Requests for one path wait for each other while the script runs, not while the reply is sent.
    pub fn script<F>(&self, path: &str, script: F)
    where
        F: FnMut(&Request, usize) -> Reply + Send + 'static,
    {
        let route: Route = Arc::new(Mutex::new((Box::new(script), 0)));
        self.shared.lock().routes.insert(path.to_owned(), route);
    }

    /// What was asked of a path, in order of arrival. Without a query it means the path with any query.
    pub fn requests(&self, path: &str) -> Vec<Request> {
        let state = self.shared.lock();
        let asked = state.requests.iter().filter(|r| r.is_for(path));
        asked.cloned().collect()
    }

    /// Waits until a path was asked for so many times, and fails the test when that does not happen.
    pub fn await_requests(&self, path: &str, count: usize) -> Vec<Request> {
        let asked = |state: &State| state.requests.iter().filter(|r| r.is_for(path)).count();
        let waiting = self
            .shared
            .bell
            .wait_timeout_while(self.shared.lock(), PATIENCE, |s| asked(s) < count);
        drop(waiting.unwrap_or_else(PoisonError::into_inner));
        let requests = self.requests(path);
        let came = requests.len();
        assert!(came >= count, "{path}: {came} requests of {count} came");
        requests
    }

    /// The most requests that ever waited at once for the first byte of an answer; let replies `hang` to see overlap.
    /// The sending does not count: a client may have all it wants, and ask again, before this side knows.
    pub fn most_at_once(&self) -> usize {
        self.shared.lock().most_waiting
    }
}

impl Drop for Origin {
    fn drop(&mut self) {
        {
            let mut state = self.shared.lock();
            state.stopped = true;
            for connection in state.open.values() {
                let _ = connection.shutdown(Shutdown::Both);
            }
        }
        self.shared.bell.notify_all();
        // Wakes the doorman out of `accept`.
        let knocked = TcpStream::connect(self.address).is_ok();
        let mut threads = std::mem::take(&mut self.shared.lock().workers);
        if let Some(doorman) = self.doorman.take().filter(|_| knocked) {
            threads.push(doorman);
        }
        for finished in threads.into_iter().map(JoinHandle::join) {
            if let Err(cause) = finished
                && !thread::panicking()
            {
                panic::resume_unwind(cause);
            }
        }
    }
}

/// Gives every connection a thread of its own until the origin stops.
fn welcome(listener: &TcpListener, shared: &Arc<Shared>) {
    for (id, connection) in listener.incoming().enumerate() {
        let mut state = shared.lock();
        if state.stopped {
            return;
        }
        let Ok(connection) = connection else { continue };
        let Ok(handle) = connection.try_clone() else {
            continue;
        };
        state.open.insert(id, handle);
        let shared = Arc::clone(shared);
        state.workers.push(thread::spawn(move || {
            let talk = AssertUnwindSafe(|| converse(&connection, &shared));
            let outcome = panic::catch_unwind(talk);
            shared.lock().open.remove(&id);
            if let Err(cause) = outcome {
                panic::resume_unwind(cause);
            }
        }));
    }
}

/// One exchange. Errors are the client's going away, and of no interest.
fn converse(connection: &TcpStream, shared: &Shared) {
    // Without this a body would wait for the client to acknowledge the head.
    let _ = connection.set_nodelay(true);
    let request = match read_request(connection) {
        Ok(Ok(request)) => request,
        Ok(Err(refusal)) => {
            let _ = refusal.send(None, connection, |_| true);
            return;
        }
        Err(_) => return,
    };
    let route = admit(&request, shared);
    let waiting = Waiting(shared);
    let reply = route.map_or_else(
        || Reply::status(404, "Not Found"),
        |route| {
            let mut route = route.lock().unwrap_or_else(PoisonError::into_inner);
            let (script, answered) = &mut *route;
            *answered += 1;
            script(&request, *answered - 1)
        },
    );
    let pause = |time| shared.pause(time);
    if reply.hanging().is_none_or(pause) {
        drop(waiting);
        let _ = reply.send(Some(&request), connection, pause);
    }
}

/// Records a request and finds who answers it.
fn admit(request: &Request, shared: &Shared) -> Option<Route> {
    let mut state = shared.lock();
    state.requests.push(request.clone());
    state.waiting += 1;
    state.most_waiting = state.most_waiting.max(state.waiting);
    let path = request.target.split('?').next().unwrap_or_default();
    let exact = state.routes.get(&request.target);
    let route = exact.or_else(|| state.routes.get(path)).cloned();
    drop(state);
    shared.bell.notify_all();
    route
}

/// One request that waits for its answer, until this is dropped; also when its script panics.
struct Waiting<'a>(&'a Shared);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.lock().waiting -= 1;
    }
}

/// Reads one request, its body included. `Ok(Err(reply))` is a request this origin refuses to understand.
fn read_request(connection: &TcpStream) -> io::Result<Result<Request, Reply>> {
    let mut reader = BufReader::new(connection);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        let mut line = Vec::new();
        let room = MAX_HEAD.saturating_sub(head.len() as u64);
        if (&mut reader).take(room).read_until(b'\n', &mut line)? == 0 {
            let refusal = Reply::status(431, "Request Header Fields Too Large");
            return if room == 0 {
                Ok(Err(refusal))
            } else {
                Err(io::ErrorKind::UnexpectedEof.into())
            };
        }
        head.push_str(&String::from_utf8_lossy(&line));
    }
    let mut lines = head.split("\r\n").filter(|line| !line.is_empty());
    let mut words = lines.next().unwrap_or_default().split(' ');
    let (Some(method), Some(target)) = (words.next(), words.next()) else {
        return Ok(Err(Reply::status(400, "Bad Request")));
    };
    let headers = lines
        .map(|line| line.split_once(':').unwrap_or((line, "")))
        .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
        .collect();
    let mut request = Request {
        method: method.to_owned(),
        target: target.to_owned(),
        headers,
        body: Vec::new(),
    };
    if request.header("Transfer-Encoding").is_some() {
        return Ok(Err(Reply::status(411, "Length Required")));
    }
    let length = request.header("Content-Length").unwrap_or("0").parse();
    let Some(length) = length.ok().filter(|n| *n <= MAX_BODY) else {
        return Ok(Err(Reply::status(413, "Content Too Large")));
    };
    if length > 0 && request.header("Expect").is_some() {
        let mut sending = connection;
        sending.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
    }
    request.body.resize(length, 0);
    reader.read_exact(&mut request.body)?;
    Ok(Ok(request))
}
