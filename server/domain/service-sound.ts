// One second of a quiet tone as a WAV file, made here: a service that hears gets something to hear, and nobody's voice is sent.

const rate = 16_000
const toneHz = 220
const loudness = 3000

let made: Uint8Array<ArrayBuffer> | null = null

/** 16 kHz, mono, 16 bit; RIFF header of 44 bytes. */
export function sampleSound(): Uint8Array<ArrayBuffer> {
  made ??= makeSound()
  return made
}

function makeSound(): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(44 + rate * 2)
  const view = new DataView(bytes.buffer)
  const word = (at: number, text: string): void => {
    for (let i = 0; i < text.length; i += 1) view.setUint8(at + i, text.charCodeAt(i))
  }
  word(0, 'RIFF')
  view.setUint32(4, bytes.length - 8, true)
  word(8, 'WAVEfmt ')
  view.setUint32(16, 16, true)
  view.setUint16(20, 1, true)
  view.setUint16(22, 1, true)
  view.setUint32(24, rate, true)
  view.setUint32(28, rate * 2, true)
  view.setUint16(32, 2, true)
  view.setUint16(34, 16, true)
  word(36, 'data')
  view.setUint32(40, rate * 2, true)
  for (let i = 0; i < rate; i += 1) view.setInt16(44 + i * 2, Math.round(loudness * Math.sin((2 * Math.PI * toneHz * i) / rate)), true)
  return bytes
}
