/** A fake of Web Audio that notes what it is told, and whose clock the test moves. */

export interface Curve {
  readonly values: readonly number[];
  readonly at: number;
  readonly seconds: number;
}

class FakeParam {
  value = 1;
  readonly curves: Curve[] = [];
  readonly targets: number[] = [];
  /** When each target is aimed at. */
  readonly moments: number[] = [];
  setValueAtTime(): void {}
  exponentialRampToValueAtTime(): void {}
  setTargetAtTime(value: number, at: number): void {
    this.targets.push(value);
    this.moments.push(at);
  }
  setValueCurveAtTime(values: Float32Array, at: number, seconds: number): void {
    this.curves.push({ values: [...values], at, seconds });
  }
}

export class FakeNode {
  readonly gain = new FakeParam();
  readonly frequency = new FakeParam();
  readonly threshold = new FakeParam();
  readonly knee = new FakeParam();
  readonly ratio = new FakeParam();
  readonly attack = new FakeParam();
  readonly release = new FakeParam();
  readonly outputs: FakeNode[] = [];
  type = "";
  constructor(readonly context: FakeAudio) {}
  connect(output: FakeNode): void {
    this.outputs.push(output);
  }
  disconnect(): void {
    this.outputs.length = 0;
  }
  start(at: number): void {
    this.context.starts.push({ node: this, at, told_at: this.context.currentTime });
  }
  stop(): void {}
}

export interface Start {
  readonly node: FakeNode;
  readonly at: number;
  readonly told_at: number;
}

/** A device that cannot be opened. */
export function noAudio(): never {
  throw new Error("no device");
}

export class FakeAudio {
  currentTime = 10;
  state: AudioContextState = "suspended";
  readonly sampleRate = 100;
  readonly destination = new FakeNode(this);
  readonly starts: Start[] = [];
  readonly gains: FakeNode[] = [];
  readonly filters: FakeNode[] = [];
  readonly createOscillator = () => new FakeNode(this);
  readonly createMediaElementSource = () => new FakeNode(this);
  readonly createBufferSource = () => new FakeNode(this);
  readonly createBiquadFilter = () => {
    const node = new FakeNode(this);
    this.filters.push(node);
    return node;
  };
  readonly createWaveShaper = () => new FakeNode(this);
  readonly createDynamicsCompressor = () => new FakeNode(this);
  readonly createGain = () => {
    const node = new FakeNode(this);
    this.gains.push(node);
    return node;
  };
  readonly createBuffer = () => ({ getChannelData: () => new Float32Array(this.sampleRate) });
  resume(): Promise<void> {
    return this.turn("running");
  }
  suspend(): Promise<void> {
    return this.turn("suspended");
  }
  close(): Promise<void> {
    return this.turn("closed");
  }
  private turn(state: AudioContextState): Promise<void> {
    this.state = state;
    return Promise.resolve();
  }

  /** As the browser's own. */
  get context(): AudioContext {
    return this as unknown as AudioContext;
  }

  /** When the kicks sound, the only sines: at 110 and more beats a minute on every beat. */
  get kicks(): readonly number[] {
    return this.starts.filter(({ node }) => node.type === "sine").map(({ at }) => at);
  }
}
