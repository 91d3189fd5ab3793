//! What a download refuses, and what it gives away.

use std::io::{Read as _, Write as _};
use std::net::{IpAddr, SocketAddr, TcpListener};

use super::*;
use crate::scripted::{answer, gzip, serve};

fn policy() -> DownloadConfig {
    DownloadConfig { allow_loopback: true, read_idle_timeout: Duration::from_millis(200), ..DownloadConfig::default() }
}

fn signed(address: SocketAddr) -> String {
    format!("http://{address}/export/apps.csv?X-Amz-Signature=s3cret")
}

async fn open(answers: Vec<Vec<u8>>, policy: &DownloadConfig) -> Result<Download, Error> {
    let (address, _) = serve(answers);
    Download::open(&signed(address), policy).await
}

async fn read(download: &mut Download) -> Result<Vec<u8>, Error> {
    let mut file = Vec::new();
    while let Some(chunk) = download.next_chunk().await? {
        file.extend_from_slice(&chunk);
    }
    Ok(file)
}

/// Text that is compressed to a part of it, as an export is.
fn csv() -> Vec<u8> {
    (0..60_000_u32)
        .map(|row| format!("{row},Safari,{},com.apple.Safari\n", row.wrapping_mul(2_654_435_761)))
        .collect::<String>()
        .into_bytes()
}

#[tokio::test]
async fn addresses_that_lead_elsewhere_than_to_a_public_server_are_refused() {
    for address in [
        "http://example.com/f",
        "ftp://example.com/f",
        "file:///etc/passwd",
        "data:text/csv,a",
        "https://s3cret@example.com/f",
        "https://user:s3cret@example.com/f",
        "http://127.0.0.1/f",
        "http://localhost/f",
        "https://127.0.0.1/f",
        "https://127.1/f",
        "https://2130706433/f",
        "https://0x7f000001/f",
        "https://0.0.0.0/f",
        "https://10.1.2.3/f",
        "https://172.31.0.1/f",
        "https://192.168.1.1/f",
        "https://100.100.100.200/latest/meta-data/",
        "https://169.254.169.254/latest/meta-data/",
        "https://[::1]/f",
        "https://[::]/f",
        "https://[fe80::1]/f",
        "https://[fd00:ec2::254]/latest/meta-data/",
        "https://[::ffff:10.1.2.3]/f",
        "https://[64:ff9b::a9fe:a9fe]/f",
        "https://[2002:a01:203::1]/f",
        // These are names; what they lead to is seen when they are resolved.
        "https://localhost/f",
        "https://localhost:8443/f",
    ] {
        let policy = DownloadConfig::default();
        let error = Download::open(&format!("{address}?sig=s3cret"), &policy).await.expect_err("not public");
        assert!(matches!(error, Error::Refused { .. }), "{address}: {error:?}");
        assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
    }
    let error = Download::open("?sig=s3cret", &policy()).await.expect_err("no address");
    assert!(matches!(error, Error::NoAddress { .. }) && !format!("{error:?}").contains("s3cret"), "{error:?}");
}

#[tokio::test]
async fn this_machine_is_reached_only_where_that_is_allowed_and_nothing_else_is_opened_by_that() {
    for address in ["http://10.1.2.3/f", "http://localhost.example.com/f", "https://10.1.2.3/f", "ftp://localhost/f"] {
        let error = Download::open(address, &policy()).await.expect_err("neither public nor this machine");
        assert!(matches!(error, Error::Refused { .. }), "{address}: {error:?}");
    }
}

#[test]
fn addresses_are_judged_by_the_registry_of_special_ones() {
    let admits = |reach: Reach, address: &str| reach.admits(address.parse::<IpAddr>().expect("an address"));
    for public in ["1.1.1.1", "52.216.0.1", "100.63.0.1", "172.32.0.1", "198.20.0.1", "223.255.255.255"] {
        assert!(admits(Reach::Public, public) && !admits(Reach::Loopback, public), "{public}");
    }
    for public in ["2606:4700::1111", "2001:4860:4860::8888", "64:ff9b::101:101"] {
        assert!(admits(Reach::Public, public) && admits(Reach::PublicOrLoopback, public), "{public}");
    }
    for inside in [
        "0.0.0.1",
        "100.64.0.1",
        "192.0.0.8",
        "192.0.2.1",
        "192.88.99.1",
        "198.19.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "2001::1",
        "2001:db8::1",
        "3fff::1",
        "fc00::1",
        "fec0::1",
        "ff02::1",
        "::ffff:1.1.1.1",
        "64:ff9b::7f00:1",
        "64:ff9b:1::1",
    ] {
        assert!(!admits(Reach::Public, inside) && !admits(Reach::PublicOrLoopback, inside), "{inside}");
    }
    for here in ["127.0.0.1", "127.255.0.1", "::1"] {
        assert!(!admits(Reach::Public, here) && admits(Reach::PublicOrLoopback, here), "{here}");
        assert!(admits(Reach::Loopback, here), "{here}");
    }
}

#[tokio::test]
async fn a_file_is_streamed_without_credentials() {
    let file = csv();
    let (address, asked) = serve(vec![answer("200 OK", "", &file)]);
    let mut download = Download::open(&signed(address), &policy()).await.expect("a file");
    assert_eq!(read(&mut download).await.expect("all of it"), file);
    assert!(download.next_chunk().await.expect("it is over").is_none());
    assert!(!format!("{download:?}").contains("s3cret"), "{download:?}");
    let request = asked.all().remove(0);
    assert!(request.starts_with("GET /export/apps.csv?X-Amz-Signature=s3cret HTTP/1.1\r\n"), "{request}");
    assert!(request.contains("accept-encoding: gzip\r\n"), "{request}");
    assert!(!request.contains("authorization") && !request.contains("cookie"), "{request}");
}

#[tokio::test]
async fn a_compressed_file_is_inflated_by_the_way() {
    let file = csv();
    let answers = vec![answer("200 OK", "content-encoding: gzip\r\n", gzip(&file))];
    let mut download = open(answers, &policy()).await.expect("a file");
    assert_eq!(read(&mut download).await.expect("all of it"), file);
}

#[tokio::test]
async fn a_status_that_is_no_success_gives_no_file_and_a_redirect_is_none() {
    for (status, code) in [("302 Found", 302), ("403 Forbidden", 403), ("503 Service Unavailable", 503)] {
        let answers = vec![answer(status, "location: http://127.0.0.1:1/\r\n", "")];
        let error = open(answers, &policy()).await.expect_err("no file");
        assert!(matches!(error, Error::NoFile { status, .. } if status == code), "{error}");
        assert!(!error.is_ambiguous() && !format!("{error} {error:?}").contains("s3cret"), "{error:?}");
    }
}

#[tokio::test]
async fn a_file_above_a_cap_is_stopped_and_stays_so() {
    let small = DownloadConfig { bytes_max: 1_000, ..policy() };
    let large = [b'x'; 1_001];
    let error = open(vec![answer("200 OK", "", large)], &small).await.expect_err("it is announced");
    assert!(matches!(error, Error::TooLarge { bytes_max: 1_000, .. }), "{error}");
    let unannounced = [b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n".as_slice(), large.as_slice()].concat();
    let bomb = answer("200 OK", "content-encoding: gzip\r\n", gzip(&vec![0; 8 * 1024 * 1024]));
    for (answer, policy) in [(unannounced, &small), (bomb, &policy())] {
        let mut download = open(vec![answer], policy).await.expect("it begins well");
        let error = read(&mut download).await.expect_err("a cap is reached");
        assert!(matches!(error, Error::TooLarge { .. } | Error::Bomb { .. }), "{error}");
        let error = download.next_chunk().await.expect_err("what follows would follow a gap");
        assert!(error.is_ambiguous(), "{error}");
    }
}

#[tokio::test]
async fn a_file_that_breaks_off_or_falls_silent_is_not_whole() {
    let broken = b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 10\r\n\r\nhalf".to_vec();
    let mut download = open(vec![broken], &policy()).await.expect("it begins well");
    let error = read(&mut download).await.expect_err("six bytes are missing");
    assert!(matches!(error, Error::Ambiguous { .. }), "{error}");

    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let address = listener.local_addr().expect("a bound listener has an address");
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("one client");
        // An answer before its question would be a fault of another kind.
        let asked = stream.read(&mut [0; 4_096]).expect("the client asks");
        assert!(asked > 0, "the client asks");
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf").expect("the client listens");
        // Reads until the client gives up and closes.
        let mut rest = Vec::new();
        let _reset = stream.read_to_end(&mut rest);
    });
    let silent = DownloadConfig { read_idle_timeout: Duration::from_millis(50), ..policy() };
    let mut download = Download::open(&signed(address), &silent).await.expect("it begins well");
    let error = read(&mut download).await.expect_err("six bytes are missing");
    assert!(matches!(error, Error::Ambiguous { .. }), "{error}");
    assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
}

#[tokio::test]
async fn a_file_that_drips_is_given_up_however_lively_it_is() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let address = listener.local_addr().expect("a bound listener has an address");
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("one client");
        let asked = stream.read(&mut [0; 4_096]).expect("the client asks");
        assert!(asked > 0, "the client asks");
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000000\r\n\r\n").expect("the client listens");
        // Until the client gives up, and no more than ten seconds.
        for _ in 0..2_000 {
            if stream.write_all(b"x").is_err() {
                return;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    });
    let hurried = DownloadConfig { total_timeout: Duration::from_millis(100), ..policy() };
    let mut download = Download::open(&signed(address), &hurried).await.expect("it begins well");
    let error = read(&mut download).await.expect_err("it would take an hour");
    assert!(matches!(error, Error::Ambiguous { .. }), "{error}");
}

#[tokio::test]
async fn a_server_that_is_not_there_is_no_network() {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let address = listener.local_addr().expect("a bound listener has an address");
    drop(listener);
    let error = Download::open(&signed(address), &policy()).await.expect_err("nobody listens");
    assert!(error.is_network(), "{error}");
    assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
}
