//! What servers advertise, without asking them.
//!
//! Since version 2 of the protocol is stateless, a server takes requests without
//! having been asked for its advertisement first. Nearly every server of today
//! can do what is assumed here, so that two round trips and, for pushes, the
//! list of all refs are saved. A server that does not follow is asked after all.

use gix_packetline::blocking_io::encode;
use gix_transport::Service;

/// Returns the body of the advertisement that nearly every server would send.
pub(super) fn assumed(service: Service) -> Vec<u8> {
    let lines: &[&str] = match service {
        Service::UploadPack => &["version 2\n", "ls-refs\n", "fetch=shallow filter\n"],
        Service::ReceivePack => &[concat!(
            "0000000000000000000000000000000000000000 capabilities^{}\0",
            "report-status side-band-64k quiet ofs-delta agent=git/assumed\n"
        )],
    };
    let announcement = format!("# service={}\n", service.as_str());
    let mut body = Vec::new();
    let written = encode::data_to_write(announcement.as_bytes(), &mut body)
        .and_then(|_| encode::flush_to_write(&mut body))
        .and_then(|_| {
            lines.iter().try_fold(0, |_, line| {
                encode::data_to_write(line.as_bytes(), &mut body)
            })
        })
        .and_then(|_| encode::flush_to_write(&mut body));
    written.expect("a vector takes all that is written");
    body
}

/// Returns whether an advertisement holds no refs, so that it stays true.
pub(super) fn is_lasting(body: &[u8]) -> bool {
    // The announcement of the service may come before it.
    let start = &body[..body.len().min(100)];
    start.windows(9).any(|window| window == b"version 2")
}

#[cfg(test)]
mod tests {
    use super::{assumed, is_lasting};
    use gix_transport::Service;

    #[test]
    fn only_version_2_says_nothing_about_refs() {
        assert!(is_lasting(&assumed(Service::UploadPack)));
        assert!(!is_lasting(&assumed(Service::ReceivePack)));
        assert!(!is_lasting(b"00a0 refs/heads/version 1"));
    }
}
