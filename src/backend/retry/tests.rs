use super::*;

/// 6 November 1994, 08:49:37, the date of RFC 9110.
const NOW: Timestamp = Timestamp::from_nanos(784_111_777_000_000_000);

fn seconds(header: &str) -> Option<u64> {
    after(header, "", NOW).map(|time| time.as_secs())
}

#[test]
fn seconds_are_read_as_they_are() {
    assert_eq!(seconds("0"), Some(0));
    assert_eq!(seconds(" 120 "), Some(120));
    for nothing in ["", "-1", "1.5", "soon", "12 s", "+3"] {
        assert_eq!(seconds(nothing), None, "{nothing}");
    }
}

#[test]
fn a_date_is_read_in_all_three_forms() {
    for date in [
        "Sun, 06 Nov 1994 08:50:07 GMT",
        "Sunday, 06-Nov-94 08:50:07 GMT",
        "Sun Nov  6 08:50:07 1994",
        "sun, 6 nov 1994 08:50:07 gmt",
    ] {
        assert_eq!(seconds(date), Some(30), "{date}");
    }
    assert_eq!(seconds("Sun, 06 Nov 1994 08:49:00 GMT"), Some(0), "it is past");
    for nothing in [
        "Sun, 06 Foo 1994 08:50:07 GMT",
        "Sun, 06 ebm 1994 08:50:07 GMT",
        "Sun, 36 Nov 1994 08:50:07 GMT",
        "Sun, 06 Nov 1994 08:50",
        "Sun, 06 Növ 1994 08:50:07 GMT",
        "Sun, 06 Nov 1894 08:50:07 GMT",
    ] {
        assert_eq!(seconds(nothing), None, "{nothing}");
    }
}

#[test]
fn a_date_is_told_by_the_servers_clock_where_ours_is_off_by_an_hour() {
    let ours = NOW.plus(Duration::from_secs(3600));
    let header = "Sun, 06 Nov 1994 08:50:07 GMT";
    let wait = after(header, "Sun, 06 Nov 1994 08:49:37 GMT", ours);
    assert_eq!(wait, Some(Duration::from_secs(30)));
    assert_eq!(after(header, "garbled", ours), Some(Duration::ZERO));
}

#[test]
fn nobody_is_waited_for_longer_than_a_day() {
    for long in ["99999999", "99999999999999999999999", "Sun, 06 Nov 2094 08:49:37 GMT"] {
        assert_eq!(after(long, "", NOW), Some(MOST), "{long}");
    }
}

#[test]
fn pauses_double_up_to_five_minutes_and_keep_within_their_half() {
    for (failures, whole) in [(0, 1), (1, 1), (2, 2), (3, 4), (9, 256), (10, 300), (40, 300)] {
        let whole = Duration::from_secs(whole);
        let (least, most) = (pause(failures, None, 0), pause(failures, None, u32::MAX));
        assert_eq!(least, whole / 2, "{failures}");
        assert!(most > whole * 99 / 100 && most <= whole, "{failures}: {most:?}");
    }
}

#[test]
fn what_the_server_named_is_never_undercut() {
    let named = Duration::from_secs(100);
    assert_eq!(pause(7, Some(named), 0), named);
    let most = pause(1, Some(named), u32::MAX);
    assert!(most > named && most <= named * 11 / 10);
}
