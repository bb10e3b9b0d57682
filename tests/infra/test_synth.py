"""The synthesis for the local cloud: cached by content, and honest when it fails."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from local.template import synth


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(synth, "CACHE", tmp_path / "synth")
    return tmp_path / "synth"


def test_an_unchanged_app_is_synthesized_once(
    cache: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    runs = []

    def run(stage: str, context: Mapping[str, str]) -> bytes:
        runs.append(stage)
        return b'{"Resources": {}}'

    monkeypatch.setattr(synth, "_run", run)
    assert [synth.synthesize() for _ in range(3)] == [{"Resources": {}}] * 3
    assert runs == ["dev"]
    assert capsys.readouterr().err.count("Synthesizing the dev stage") == 1
    assert [path.suffix for path in cache.iterdir()] == [".json"]


def test_a_changed_source_is_synthesized_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("cdk.json", "requirements/all.txt", "infra/app.py", "events/samples.py"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    monkeypatch.setattr(synth, "PROJECT", tmp_path)
    hashes = {synth.content_hash("dev"), synth.content_hash("prod")}
    for name in ("cdk.json", "requirements/all.txt", "infra/app.py", "events/samples.py"):
        (tmp_path / name).write_text("changed")
        hashes.add(synth.content_hash("dev"))
    hashes |= {synth.content_hash("dev", {"page": shown}) for shown in ("on", "off")}
    assert len(hashes) == 8


def test_a_stage_that_nobody_knows_is_a_sentence(cache: Path) -> None:
    with pytest.raises(synth.SynthError) as caught:
        synth.synthesize("staging")
    assert "The stage 'staging' is unknown. Choose one of: dev, prod." in str(caught.value)
    assert "Traceback" not in str(caught.value)
    assert not cache.exists()
