//! What wheels and fingers mean on a time axis. In pixels; the page's events are the caller's.

/// A wheel's delta that counts at most: one notch of a mouse is no more than a swipe's beginning.
const NOTCH: f64 = 24.0;
/// Pixels that a line of text stands for, and a page of it, where a wheel counts in these.
const LINE: f64 = 16.0;
const PAGE: f64 = 400.0;

/// How the window of time is to move.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Motion {
    /// Pixels to go on in time.
    pub pan: f64,
    /// How many times as much is in view then.
    pub factor: f64,
    /// What stays put, in pixels of the window.
    pub about: f64,
}

/// A turn of a wheel.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wheel {
    /// To the right.
    pub x: f64,
    /// Down.
    pub y: f64,
    /// What these count: 0 pixels, 1 lines, 2 pages.
    pub unit: u32,
    /// Whether ctrl or meta is held, as browsers say of a pinch on a touchpad, too.
    pub zooms: bool,
    /// Whether shift is held.
    pub across: bool,
    /// Where the pointer is, in pixels of the window.
    pub at: f64,
}

impl Wheel {
    /// What it means; `None` where rows are to be scrolled.
    #[must_use]
    pub fn motion(self) -> Option<Motion> {
        let scale = [1.0, LINE, PAGE].get(self.unit as usize).copied().unwrap_or(1.0);
        let (x, y) = (self.x * scale, self.y * scale);
        if self.zooms {
            let by = 1.0 + y.abs().min(NOTCH) / 100.0;
            let factor = if y < 0.0 { 1.0 / by } else { by };
            return Some(Motion { pan: 0.0, factor, about: self.at });
        }
        let pan = if self.across && x == 0.0 { y } else { x };
        let across = self.across || x.abs() > y.abs();
        (across && pan != 0.0).then_some(Motion { pan, factor: 1.0, about: self.at })
    }
}

/// Fingers on the screen: each by its number and where it is.
#[derive(Clone, Debug, Default)]
pub struct Touch {
    fingers: Vec<(i32, f64)>,
}

impl Touch {
    /// A finger comes. More than two mean nothing.
    pub fn down(&mut self, finger: i32, at: f64) {
        self.up(finger);
        if self.fingers.len() < 2 {
            self.fingers.push((finger, at));
        }
    }

    /// A finger goes.
    pub fn up(&mut self, finger: i32) {
        self.fingers.retain(|(known, _)| *known != finger);
    }

    /// A finger moves, and what that means: one takes the time along, two stretch it.
    pub fn moved(&mut self, finger: i32, at: f64) -> Option<Motion> {
        let (middle, spread) = self.shape()?;
        self.fingers.iter_mut().find(|(known, _)| *known == finger)?.1 = at;
        let (about, wide) = self.shape()?;
        let factor = if self.fingers.len() == 2 { spread / wide } else { 1.0 };
        Some(Motion { pan: middle - about, factor, about })
    }

    /// The fingers' middle, and how far they are apart.
    fn shape(&self) -> Option<(f64, f64)> {
        let first = self.fingers.first()?.1;
        let last = self.fingers.last()?.1;
        Some((f64::midpoint(first, last), (last - first).abs().max(8.0)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(one: f64, other: f64) -> bool {
        (one - other).abs() < 1e-9
    }

    #[test]
    fn a_plain_wheel_scrolls_and_one_with_ctrl_zooms_about_the_pointer() {
        let wheel = Wheel { y: 120.0, at: 300.0, ..Wheel::default() };
        assert_eq!(wheel.motion(), None);
        let out = Wheel { zooms: true, ..wheel }.motion().unwrap();
        let into = Wheel { zooms: true, y: -120.0, ..wheel }.motion().unwrap();
        assert!(close(out.factor, 1.24) && close(out.factor * into.factor, 1.0));
        assert!(close(out.about, 300.0) && close(out.pan, 0.0));
        let pinch = Wheel { zooms: true, y: 3.0, ..wheel }.motion().unwrap();
        assert!(close(pinch.factor, 1.03));
    }

    #[test]
    fn a_wheel_across_pans() {
        let wheel = Wheel { x: 30.0, y: 4.0, ..Wheel::default() };
        assert!(close(wheel.motion().unwrap().pan, 30.0));
        let shift = Wheel { y: 3.0, across: true, unit: 1, ..Wheel::default() };
        assert!(close(shift.motion().unwrap().pan, 48.0), "three lines");
        assert_eq!(Wheel { x: 2.0, y: 9.0, ..Wheel::default() }.motion(), None);
        assert_eq!(Wheel::default().motion(), None);
    }

    #[test]
    fn one_finger_takes_the_time_along_and_two_stretch_it() {
        let mut touch = Touch::default();
        touch.down(1, 100.0);
        let pan = touch.moved(1, 80.0).unwrap();
        assert!(close(pan.pan, 20.0) && close(pan.factor, 1.0));
        touch.down(2, 180.0);
        let pinch = touch.moved(2, 280.0).unwrap();
        assert!(close(pinch.factor, 0.5) && close(pinch.about, 180.0));
        touch.down(3, 0.0);
        assert_eq!(touch.moved(3, 5.0), None, "a third finger means nothing");
        touch.up(1);
        assert!(touch.moved(2, 281.0).is_some_and(|it| close(it.factor, 1.0)));
        touch.up(2);
        assert_eq!(touch.moved(2, 5.0), None);
    }
}
