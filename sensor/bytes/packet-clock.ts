/** A frame stamped farther than this from those before it is not believed by itself. */
const STRIDE_MICROS = 10e6;
/** So many in a row are. */
const AGREEING_FRAMES = 3;
/** Stamps of several interfaces come in another order than frames; farther back, and for as long with none that is not, a clock was set back. */
const SLIP_MICROS = 1e6;
/** An interface may be read so long after another. */
const MOST_LAG_MICROS = 120e6;

/** One interface whose frames come in the order of their stamps, later or not than those of the others. */
export class PacketSource {
  /** Its latest frame that was believed, as `elapsedMicros` counts; undefined before the first. */
  elapsedMicros: number | undefined = undefined;
}

/**
 * The time that frames tell, which what waits for time to pass goes by. One frame stamped an hour ahead ends nothing: time goes there when the
 * frames that follow agree. Where the host's clock was stepped, which a steady one shows, or times go back, no time has passed at all.
 */
export class PacketClock {
  readonly counters = {
    /** Times at which the frames' clock was stepped. */
    clock_steps: 0,
    /** Frames stamped far from those around them. */
    frames_misdated: 0,
  };
  /** The first frame's stamp and what has passed since, without steps. */
  elapsedMicros = 0;
  /** The same by the last frame's stamp where it is ahead of that, believed or not: what it belongs to must not be over when it is. */
  frameMicros = 0;
  /** What steps have moved stamps by, all together. */
  stepMicros = 0;
  #hasBegun = false;
  /** Frames in a row that are not believed yet, and the stamps of the last two of them. */
  #doubted = 0;
  #lastMicros = 0;
  #lastButOneMicros = 0;
  /** The steady clock at the last look, and when a frame had come last by it. */
  #steadyMicros: number | undefined = undefined;
  #heardMicros = 0;
  #isHeard = false;
  /** Frames in a row that are believed and lie back by more than other interfaces explain, and how far the last of them does. */
  #slipped = 0;
  #slipMicros = 0;
  readonly #source = new PacketSource();
  /** How far the last frame lies back because its source is late. */
  #lateMicros = 0;

  /** Stamps as they are believed now. */
  get nowMicros(): number {
    return this.elapsedMicros + this.stepMicros;
  }

  /** The last frame's stamp is not believed yet. */
  get isDoubting(): boolean {
    return this.#doubted > 0;
  }

  /** Of every frame, in the order in which each source's were captured; without one all are of the same. */
  see(atMicros: number, source = this.#source): void {
    if (!this.#hasBegun) this.#begin(atMicros);
    const aheadMicros = atMicros - this.stepMicros - this.elapsedMicros;
    const isLate = aheadMicros < -SLIP_MICROS && this.#isLate(aheadMicros, source);
    this.#lateMicros = isLate ? -aheadMicros : 0;
    if (aheadMicros > STRIDE_MICROS || (aheadMicros < -STRIDE_MICROS && !isLate)) {
      this.frameMicros = this.elapsedMicros + Math.max(0, aheadMicros);
      this.#doubt(atMicros);
      return;
    }
    const elapsedMicros = this.elapsedMicros + aheadMicros;
    if (aheadMicros > 0) this.elapsedMicros = elapsedMicros;
    this.frameMicros = this.elapsedMicros;
    if (aheadMicros < -SLIP_MICROS && !isLate) this.#slip(aheadMicros);
    else {
      if (source.elapsedMicros === undefined || source.elapsedMicros < elapsedMicros)
        source.elapsedMicros = elapsedMicros;
      this.#isHeard = true;
      this.#slipped = 0;
    }
    if (this.#doubted > 0) this.#dismiss();
  }

  #begin(atMicros: number): void {
    this.#hasBegun = true;
    this.elapsedMicros = atMicros;
  }

  /** Behind the others and not behind itself: its frames waited longer, and no clock was set back. */
  #isLate(aheadMicros: number, { elapsedMicros }: PacketSource): boolean {
    if (aheadMicros < -MOST_LAG_MICROS) return false;
    return elapsedMicros === undefined || this.elapsedMicros + aheadMicros >= elapsedMicros - SLIP_MICROS;
  }

  /** A stamp where it is believed, what is believed in place of it where not. */
  trusted(atMicros: number): number {
    const isFar = this.#isFar(atMicros < this.nowMicros ? atMicros + this.#lateMicros : atMicros);
    return this.#hasBegun && isFar ? this.nowMicros : atMicros;
  }

  /** Now and then, where frames come as they are captured: what really passed, by a clock that nobody sets. */
  look(steadyMicros: number): void {
    if (this.#isHeard || this.#steadyMicros === undefined) this.#heardMicros = steadyMicros;
    this.#steadyMicros = steadyMicros;
    this.#isHeard = false;
    if (this.#slipped < AGREEING_FRAMES || steadyMicros - this.#heardMicros < SLIP_MICROS) return;
    this.#slipped = 0;
    this.#move(this.#slipMicros);
    this.#heardMicros = steadyMicros;
  }

  /** Nothing follows that could disagree: the last of a capture may come late. */
  finish(): void {
    if (this.#doubted > 0 && this.#lastMicros > this.nowMicros) this.#move(this.#lastMicros - this.nowMicros);
    this.#doubted = 0;
  }

  #slip(aheadMicros: number): void {
    this.#slipped++;
    this.#slipMicros = aheadMicros;
  }

  #doubt(atMicros: number): void {
    const isAhead = atMicros > this.nowMicros;
    if (this.#doubted > 0 && isAhead !== this.#lastMicros > this.nowMicros) this.#dismiss();
    if (++this.#doubted >= AGREEING_FRAMES) {
      const stamps = [this.#lastButOneMicros, this.#lastMicros, atMicros];
      this.#move((isAhead ? Math.min(...stamps) : Math.max(...stamps)) - this.nowMicros);
      // Frames may be that far from each other: those that follow what is believed now wait for no more than one that agrees.
      if (!this.#isFar(atMicros)) this.#doubted = 0;
      else this.#doubted = this.#isFar(this.#lastMicros) ? AGREEING_FRAMES - 1 : 1;
    }
    this.#lastButOneMicros = this.#lastMicros;
    this.#lastMicros = atMicros;
  }

  #isFar(atMicros: number): boolean {
    return Math.abs(atMicros - this.nowMicros) > STRIDE_MICROS;
  }

  /** Nobody agreed. */
  #dismiss(): void {
    this.counters.frames_misdated += this.#doubted;
    this.#doubted = 0;
  }

  #move(byMicros: number): void {
    const passedMicros = this.#steadyMicros === undefined ? undefined : this.#steadyMicros - this.#heardMicros;
    if (byMicros > 0 && byMicros <= (passedMicros ?? byMicros) + STRIDE_MICROS) {
      this.elapsedMicros += byMicros;
      return;
    }
    this.counters.clock_steps++;
    this.elapsedMicros += passedMicros ?? 0;
    this.stepMicros += byMicros - (passedMicros ?? 0);
  }
}
