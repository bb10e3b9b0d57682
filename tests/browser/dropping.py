"""Files that are dropped on the page."""

import base64

from playwright.sync_api import Page

DROP = """([name, encoded]) => {
  const bytes = Uint8Array.from(atob(encoded), (each) => each.charCodeAt(0));
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(new File([bytes], name));
  const happens = { dataTransfer, bubbles: true, cancelable: true };
  document.body.dispatchEvent(new DragEvent("dragover", happens));
  document.body.dispatchEvent(new DragEvent("drop", happens));
}"""


def drop(page: Page, name: str, content: bytes) -> None:
    """Drops a file somewhere on the page."""
    page.evaluate(DROP, [name, base64.b64encode(content).decode()])
