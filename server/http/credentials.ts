// What a request shows of who sends it, and what a sign-in leaves in the browser.
import type { SignedIn } from '../app/access-use.ts'

const cookieNames = { session: 'spark_session', device: 'spark_device' } as const
const deviceSeconds = 365 * 24 * 3600
const longestToken = 300

function cookieIn(header: string | null, name: string): string | null {
  const pair = (header ?? '')
    .split(';')
    .map((one) => one.trim())
    .find((one) => one.startsWith(`${name}=`))
  return pair?.slice(name.length + 1) ?? null
}

export function bearerIn(authorization: string | null): string | null {
  return /^bearer\s+(\S+)$/i.exec(authorization ?? '')?.[1] ?? null
}

/** A header is meant; the cookie comes by itself. */
export function tokenOf(headers: Headers): string | null {
  const token = bearerIn(headers.get('authorization')) ?? headers.get('x-api-key') ?? cookieIn(headers.get('cookie'), cookieNames.session)
  return token === null || token === '' || token.length > longestToken ? null : token
}

export function deviceOf(headers: Headers): string | null {
  return cookieIn(headers.get('cookie'), cookieNames.device)?.slice(0, longestToken) ?? null
}

/**
 * Lax and not Strict: a link on another page at home opens this one signed in. Changes have their own guard (guards.ts).
 * `secure`: the browser speaks https to a proxy of ours.
 */
export function cookiesOf({ token, device }: Pick<SignedIn, 'token' | 'device'>, maxAge: number, secure: boolean): readonly string[] {
  const rest = `; Path=/; HttpOnly; SameSite=Lax${secure ? '; Secure' : ''}`
  return [`${cookieNames.session}=${token}; Max-Age=${maxAge}${rest}`, `${cookieNames.device}=${device}; Max-Age=${deviceSeconds}${rest}`]
}

export const noSession = `${cookieNames.session}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax`

const browsers: readonly (readonly [RegExp, string])[] = [
  [/\bEdg\//, 'Edge'],
  [/\bOPR\//, 'Opera'],
  [/\bFirefox\//, 'Firefox'],
  [/\bChrome\//, 'Chrome'],
  [/\bSafari\//, 'Safari'],
]
const systems: readonly (readonly [RegExp, string])[] = [
  [/\b(iPhone|iPad)\b/, 'iOS'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bMac OS X\b/, 'macOS'],
  [/\bLinux\b/, 'Linux'],
]

/** Kind of browser or program in words, short and harmless. */
export function agentOf(userAgent: string | undefined): string {
  const text = (userAgent ?? '').slice(0, 400)
  const find = (kinds: readonly (readonly [RegExp, string])[]): string | undefined => kinds.find(([sign]) => sign.test(text))?.[1]
  const browser = find(browsers)
  const system = find(systems)
  if (browser !== undefined) return system === undefined ? browser : `${browser} on ${system}`
  const product = (text.split(/[\s/]/, 1)[0] ?? '').replace(/[^\w.-]/g, '').slice(0, 40)
  return product === '' ? 'a program' : product
}
