import "./Cover.css";

/** A cover of two hues, drawn from the song's id: the same song, the same cover. */
export function Cover({ id }: { readonly id: string }) {
  const seed = Array.from(id).reduce((sum, letter) => (sum * 31 + (letter.codePointAt(0) ?? 0)) % 360_007, 7);
  const hue = seed % 360;
  const other = (hue + 40 + (seed % 97)) % 360;
  const [x, y] = [20 + (seed % 60), 20 + (Math.floor(seed / 60) % 60)];
  return (
    <svg className="cover" viewBox="0 0 100 100" aria-hidden="true">
      <rect width="100" height="100" fill={`hsl(${hue} 62% 46%)`} />
      <circle cx={x} cy={y} r="52" fill={`hsl(${other} 70% 58%)`} />
      <circle cx={x} cy={y} r="30" fill={`hsl(${hue} 62% 46%)`} />
      <circle cx={x} cy={y} r="11" fill={`hsl(${other} 70% 58%)`} />
    </svg>
  );
}
