// What may be stored and shown of a machine's output.

const secrets: readonly RegExp[] = [
  /\bhf_[A-Za-z0-9]{8,}/g,
  /\bsk-[A-Za-z0-9_-]{8,}/g,
  /(?<=\b(?:Bearer|Basic)\s+)[A-Za-z0-9._~+/=-]{8,}/gi,
  /(?<=\b[A-Z0-9_]*(?:TOKEN|SECRET|PASSWORD|PASSWD|API_?KEY|CREDENTIAL)[A-Z0-9_]*\s*[=:]\s*)(?:"[^"]*"|'[^']*'|[^\s"',]+)/gi,
  /(?<=--(?:api-key|hf-token|token)[ =])[^\s]+/gi,
]

/** Takes out what looks like a token or password. The launcher prints `-e HF_TOKEN=...` (rule R13), so every stored line goes through here. */
export function redact(text: string): string {
  return secrets.reduce((clean, pattern) => clean.replace(pattern, '[hidden]'), text)
}

/** `ESC [ ... letter` and `ESC ] ... BEL` as terminals understand them; ESC and BEL are the only control characters that take part. */
const escapes = /\p{Cc}(?:\[[0-?]*[ -/]*[@-~]|\][^\p{Cc}]*(?:\p{Cc}\\?)?)/gu
/** Control characters, and format characters that turn or hide text; tabs stay. */
const invisible = /(?!\t)[\p{Cc}\p{Cf}]/gu
const longestLine = 2000

/** A line fit to be stored and shown: secrets hidden, terminal escapes and control characters taken out, at most 2,000 characters. */
export function cleanLine(text: string): string {
  const visible = text.slice(0, 20_000).replace(escapes, '').replace(invisible, '')
  return redact(visible.length > longestLine ? `${visible.slice(0, longestLine)}...` : visible)
}

/** A name or number that a machine told, fit to be shown: on one line, with nothing that steers a terminal or turns text around. */
export function plainWord(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]/gu, '').slice(0, 2000)
}

/** Text for a terminal: what would steer it is written as `\\uXXXX`, which within JSON means the same character. Lines and tabs stay. */
export function forTerminal(text: string): string {
  return text.replace(/(?![\n\t])[\p{Cc}\p{Cf}\u2028\u2029]/gu, (steering) =>
    Array.from({ length: steering.length }, (_, at) => `\\u${steering.charCodeAt(at).toString(16).padStart(4, '0')}`).join(''),
  )
}
