/**
 * Finds the frames of the script and the host program on stdout (docs/adr/0005-host-program.md), among everything else
 * that is printed there.
 */

/** `connected`: the script runs. `ready`: the program reads another request. */
export type Said = { readonly is: 'connected' | 'ready' } | { readonly is: 'answer'; readonly json: string };

const mark = /\nstackward-(?:(connected|ready)|answer (\d{1,9}))\n/;
/** Bytes that are kept for a mark that is not complete; more than the longest mark has. */
const kept = 64;

export class ProgramFrames {
  /** The last bytes outside of a frame, because a mark may begin in them. */
  #tail = '';
  #body: { readonly parts: Buffer[]; left: number } | undefined;

  /** Returns the frames that these bytes complete. */
  push(data: Buffer): Said[] {
    const said: Said[] = [];
    let rest = data;
    while (rest.length > 0) rest = this.#body === undefined ? this.seek(rest, said) : this.fill(this.#body, rest, said);
    return said;
  }

  private seek(data: Buffer, said: Said[]): Buffer {
    const text = this.#tail + data.toString('latin1');
    const found = mark.exec(text);
    if (found === null) {
      this.#tail = text.slice(-kept);
      return Buffer.alloc(0);
    }
    const [frame, word, size] = found;
    const rest = data.subarray(data.length - (text.length - found.index - frame.length));
    this.#tail = '';
    if (size === undefined) said.push({ is: word === 'ready' ? 'ready' : 'connected' });
    else this.#body = { parts: [], left: Number(size) };
    return rest;
  }

  private fill(body: { readonly parts: Buffer[]; left: number }, data: Buffer, said: Said[]): Buffer {
    const part = data.subarray(0, body.left);
    body.parts.push(part);
    body.left -= part.length;
    if (body.left === 0) {
      said.push({ is: 'answer', json: Buffer.concat(body.parts).toString('latin1') });
      this.#body = undefined;
    }
    return data.subarray(part.length);
  }
}
