//! A TLS peer on rustls: `server|client key=value…`.
use std::collections::hash_map::RandomState;
use std::collections::HashMap;
use std::fs::File;
use std::hash::{BuildHasher, Hasher};
use std::io::{BufReader, ErrorKind, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use rustls::server::{AllowAnyAnonymousOrAuthenticatedClient, AllowAnyAuthenticatedClient, NoClientAuth};
use rustls::version::{TLS12, TLS13};
use rustls::{Certificate, ClientConfig, ClientConnection, PrivateKey, RootCertStore, ServerConfig, ServerConnection};
use rustls::{SupportedCipherSuite, SupportedProtocolVersion, ALL_CIPHER_SUITES};

type Options = HashMap<String, String>;

fn main() {
    let mut words = std::env::args().skip(1);
    let role = words.next().expect("server or client");
    let options: Options = words
        .filter_map(|word| word.split_once('=').map(|(name, value)| (name.to_string(), value.to_string())))
        .collect();
    if role == "server" {
        serve(&options)
    } else {
        connect_all(&options)
    }
}

fn certificates(file: &str) -> Vec<Certificate> {
    let read = rustls_pemfile::certs(&mut BufReader::new(File::open(file).unwrap())).unwrap();
    read.into_iter().map(Certificate).collect()
}

fn key(file: &str) -> PrivateKey {
    PrivateKey(rustls_pemfile::pkcs8_private_keys(&mut BufReader::new(File::open(file).unwrap())).unwrap().remove(0))
}

fn roots(options: &Options) -> RootCertStore {
    let mut store = RootCertStore::empty();
    store.add(&certificates(&options["ca"])[0]).unwrap();
    store
}

fn versions(options: &Options) -> [&'static SupportedProtocolVersion; 1] {
    [if options["version"] == "1.3" { &TLS13 } else { &TLS12 }]
}

fn serve(options: &Options) {
    let verifier = match options["auth"].as_str() {
        "none" => NoClientAuth::new(),
        "request" => AllowAnyAnonymousOrAuthenticatedClient::new(roots(options)),
        _ => AllowAnyAuthenticatedClient::new(roots(options)),
    };
    let mut config = ServerConfig::builder()
        .with_safe_default_cipher_suites()
        .with_safe_default_kx_groups()
        .with_protocol_versions(&versions(options))
        .unwrap()
        .with_client_cert_verifier(verifier)
        .with_single_cert(certificates(&options["cert"]), key(&options["key"]))
        .unwrap();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    // Sessions are kept in a table unless told otherwise: its tickets are keys of 32 bytes.
    if options.contains_key("tickets") {
        config.ticketer = rustls::Ticketer::new().unwrap();
    }
    let config = Arc::new(config);
    let listener = TcpListener::bind(format!("{}:{}", options["address"], options["port"])).unwrap();
    for plain in listener.incoming() {
        let (plain, config) = (plain.unwrap(), config.clone());
        std::thread::spawn(move || {
            if let Err(error) = answer(plain, config) {
                eprintln!("{error}");
            }
        });
    }
}

fn answer(mut plain: TcpStream, config: Arc<ServerConfig>) -> std::io::Result<()> {
    plain.set_read_timeout(Some(Duration::from_secs(4)))?;
    let mut session = ServerConnection::new(config).unwrap();
    session.set_resumption_data(b"known");
    while session.is_handshaking() {
        session.complete_io(&mut plain)?;
    }
    let presented = session.peer_certificates().map_or(false, |list| !list.is_empty());
    let resumed = session.received_resumption_data().is_some();
    let port = plain.peer_addr()?.port();
    println!("{{\"port\":{port},\"presented\":{presented},\"resumed\":{resumed}}}");
    let mut secure = rustls::Stream::new(&mut session, &mut plain);
    let mut request = [0u8; 16384];
    let length = secure.read(&mut request)?;
    if request.starts_with(b"PRI") {
        // An HTTP/2 client may send its request a moment after the preface.
        std::thread::sleep(Duration::from_millis(30));
    }
    secure.write_all(&answer_to(&request[..length]))?;
    secure.flush()?;
    session.send_close_notify();
    session.complete_io(&mut plain)?;
    Ok(())
}

fn answer_to(request: &[u8]) -> Vec<u8> {
    let body = noise();
    if !request.starts_with(b"PRI") {
        let head = format!("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n", body.len());
        return [head.as_bytes(), &body].concat();
    }
    [frame(4, 0, 0, b""), frame(1, 4, 1, b"\x88"), frame(0, 1, 1, &body)].concat()
}

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = (payload.len() as u32).to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/** Up to three thousand bytes that differ from run to run. */
fn noise() -> Vec<u8> {
    let chance = || RandomState::new().build_hasher().finish();
    (0..1 + chance() % 3000).map(|_| chance() as u8).collect()
}

fn connect_all(options: &Options) {
    let wanted = if options["hash"] == "sha384" { "SHA384" } else { "SHA256" };
    let suites: Vec<SupportedCipherSuite> = ALL_CIPHER_SUITES
        .iter()
        .filter(|suite| options["version"] == "1.2" || format!("{:?}", suite.suite()).ends_with(wanted))
        .copied()
        .collect();
    let builder = ClientConfig::builder()
        .with_cipher_suites(&suites)
        .with_safe_default_kx_groups()
        .with_protocol_versions(&versions(options))
        .unwrap()
        .with_root_certificates(roots(options));
    let mut config = match options.get("cert") {
        Some(file) => builder.with_single_cert(certificates(file), key(&options["key"])).unwrap(),
        None => builder.with_no_client_auth(),
    };
    if options["alpn"] == "h2" {
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    }
    let config = Arc::new(config);
    for _ in 0..options["connections"].parse::<usize>().unwrap() {
        if let Err(error) = ask(options, config.clone()) {
            eprintln!("{error}");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn ask(options: &Options, config: Arc<ClientConfig>) -> std::io::Result<()> {
    let name = options["name"].as_str().try_into().unwrap();
    let mut session = ClientConnection::new(config, name).unwrap();
    let mut plain = TcpStream::connect(format!("{}:{}", options["address"], options["port"]))?;
    plain.set_read_timeout(Some(Duration::from_secs(4)))?;
    while session.is_handshaking() {
        session.complete_io(&mut plain)?;
    }
    let chosen = if session.alpn_protocol() == Some(b"h2") { "http2" } else { "http1" };
    let request = std::fs::read(&options[chosen])?;
    let mut secure = rustls::Stream::new(&mut session, &mut plain);
    secure.write_all(&request)?;
    let mut part = [0u8; 16384];
    loop {
        match secure.read(&mut part) {
            Ok(0) => return Ok(()),
            Ok(_) => secure.sock.set_read_timeout(Some(Duration::from_millis(80)))?,
            Err(error) if error.kind() == ErrorKind::WouldBlock || error.kind() == ErrorKind::UnexpectedEof => return Ok(()),
            Err(error) => return Err(error),
        }
    }
}
