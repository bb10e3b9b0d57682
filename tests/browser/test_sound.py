"""The music of the demo songs, made by a real browser's Web Audio."""

import time

from playwright.sync_api import Page, expect

from simulator.athletes import user_name
from tests.browser.conftest import OpenPage

SOON_MS = 30_000
LISTEN = """() => {
  const connect = AudioNode.prototype.connect;
  AudioNode.prototype.connect = function (output, ...ports) {
    if (output === this.context.destination) {
      window.listener = this.context.createAnalyser();
      connect.call(this, window.listener);
    }
    return connect.call(this, output, ...ports);
  };
}"""
"""From now on, what goes to the loudspeakers also goes to `window.listener`."""
LOUDNESS = """() => {
  if (!window.listener) return 0;
  const samples = new Float32Array(window.listener.fftSize);
  window.listener.getFloatTimeDomainData(samples);
  return Math.max(...samples.map(Math.abs));
}"""
HEARD = 0.01
"""Of 1, the loudest there is: about 40 dB below."""


def wait_until(page: Page, sounds: bool) -> None:
    """Polls, as the music has silences; quiet is no sound for as long as two beats at least."""
    deadline = time.monotonic() + SOON_MS / 1000
    quiet_since = time.monotonic()
    while time.monotonic() < deadline:
        if page.evaluate(LOUDNESS) > HEARD:
            quiet_since = time.monotonic()
            if sounds:
                return
        elif not sounds and time.monotonic() - quiet_since > 2:
            return
        page.wait_for_timeout(20)
    raise AssertionError(f"within {SOON_MS} ms it was not {'heard' if sounds else 'quiet'}")


def test_the_music_sounds_after_a_press_and_is_quiet_in_a_pause(open_page: OpenPage) -> None:
    with open_page(user_name(2)) as page:
        page.evaluate(LISTEN)
        expect(page.get_by_test_id("freshness")).to_have_text("live", timeout=SOON_MS)
        play = page.get_by_role("button", name="Play the music")
        expect(play).to_have_attribute("aria-disabled", "false", timeout=SOON_MS)
        assert page.evaluate("() => window.listener === undefined")

        play.click()
        wait_until(page, sounds=True)
        title = page.get_by_test_id("playing-title").inner_text()
        named = page.evaluate("() => navigator.mediaSession.metadata.title")
        assert named in (title, page.get_by_test_id("playing-title").inner_text())

        page.get_by_role("button", name="Pause").click()
        expect(play).to_be_visible()
        wait_until(page, sounds=False)
        assert page.evaluate("() => window.listener.context.state") == "suspended"

        page.get_by_role("button", name="End the workout").click()
        expect(page.get_by_role("heading", name="Your workout")).to_be_visible()
        state = "() => [navigator.mediaSession.metadata, navigator.mediaSession.playbackState]"
        assert page.evaluate(state) == [None, "none"]
