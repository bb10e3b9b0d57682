/** Sentences aloud, where the browser can say them. */
export function canSpeak(): boolean {
  return "speechSynthesis" in globalThis;
}

/** Says `sentence` instead of whatever is being said. */
export function say(sentence: string): void {
  if (!canSpeak()) return;
  speechSynthesis.cancel();
  const words = new SpeechSynthesisUtterance(sentence);
  words.lang = "en";
  speechSynthesis.speak(words);
}
