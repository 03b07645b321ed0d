// What htmx does not do. Everything hangs on data-* attributes; without this file every page still works.
;(() => {
  const d = document
  const all = (selector, root = d) => root.querySelectorAll(selector)
  const one = (selector) => d.querySelector(selector)
  const on = (type, act) => d.addEventListener(type, act)
  const show = (dialog) => dialog && !dialog.open && dialog.showModal()

  // Times. The words are those of web/views/parts/time.tsx.
  const unit = (s) =>
    s < 60
      ? [s, 'second']
      : s < 3570
        ? [Math.round(s / 60), 'minute']
        : s < 84600
          ? [Math.round(s / 3600), 'hour']
          : [Math.round(s / 86400), 'day']
  const say = (ms, kind) => {
    const s = Math.max(0, Math.round(Math.abs(ms) / 1000))
    if (kind === 'clock') return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, '0')}`
    if (s < 3) return kind === 'for' ? 'a moment' : 'just now'
    const [n, word] = unit(s)
    const text = `${n} ${word}${n === 1 ? '' : 's'}`
    return kind === 'for' ? text : ms < 0 ? `in ${text}` : `${text} ago`
  }
  const tick = () => {
    for (const time of all('time[data-time]')) {
      const at = Date.parse(time.dateTime)
      const text = say(Date.now() - at, time.dataset.time)
      if (time.textContent !== text) time.textContent = text
      time.title = new Date(at).toLocaleString()
    }
  }

  const toast = (text) => {
    const item = d.createElement('p')
    item.append(text, Object.assign(d.createElement('button'), { type: 'button', textContent: 'Dismiss' }))
    item.lastChild.dataset.dismiss = ''
    one('#toasts')?.append(item)
  }

  // After every swap: buttons that need this script, title, spoken phase changes, logs that follow.
  const reveal = () => {
    for (const b of all(window.isSecureContext ? '[data-copy], [data-script]' : '[data-script]')) b.hidden = false
  }
  const follow = () => {
    for (const log of all('[data-log]')) {
      while (log.childElementCount > 400) log.firstElementChild.remove()
      if (log.dataset.paused !== undefined || log.dataset.away !== undefined) continue
      const telling = log.querySelector('mark')
      const at = telling ? telling.getBoundingClientRect().top - log.getBoundingClientRect().top - log.clientHeight / 3 : log.scrollHeight
      log.scrollTop += at
    }
  }
  // A reader who scrolled away is left there; back at the end, the log follows again.
  const away = ({ target: log }) => {
    if (log.dataset?.log !== undefined) log.toggleAttribute('data-away', log.scrollHeight - log.scrollTop - log.clientHeight > 40)
  }
  d.addEventListener('scroll', away, true)
  d.addEventListener('toggle', follow, true)
  let spoken
  const speak = () => {
    const news = one('[data-announce]')?.dataset.announce ?? ''
    if (spoken !== undefined && news && news !== spoken) one('#announce').textContent = news
    spoken = news
  }
  // A switch that failed while one watched: its log opens once, at the line that told it.
  let revealed
  const openTelling = () => {
    const log = d.getElementById(one('[data-reveals]')?.dataset.reveals)?.closest('details')
    if (log && !revealed) log.open = revealed = true
  }
  const refresh = () => {
    reveal()
    tick()
    openTelling()
    follow()
    speak()
    d.title = one('[data-title]')?.dataset.title ?? d.title
  }
  on('htmx:after:swap', refresh)
  on('htmx:response:error', (e) => {
    const { status, headers } = e.detail.ctx.response
    if (status < 500) return
    toast(decodeURIComponent(headers.get('Spark-Problem') ?? 'The server could not do that. Nothing on this page was changed.'))
  })
  const lost = (is) => () => {
    const line = one('#lost')
    if (!line || line.hidden !== is) return
    line.hidden = !is
    if (is) line.textContent = `Reconnecting. This is how it was at ${new Date().toLocaleTimeString([], { timeStyle: 'short' })}.`
  }
  on('htmx:sse:error', lost(true))
  on('htmx:error', (e) => e.target.closest?.('[data-stream]') && lost(true)())
  on('htmx:sse:after:connection', lost(false))

  // Acts.
  const acts = {
    dismiss: (b) => b.parentElement.remove(),
    copy: async (b) => {
      await navigator.clipboard.writeText(one(b.dataset.copy).innerText)
      b.textContent = 'Copied'
    },
    pause: (b) => {
      const log = one(b.dataset.pause)
      const paused = log.toggleAttribute('data-paused')
      b.textContent = paused ? 'Follow' : 'Pause'
      refresh()
    },
    select: (b) => getSelection().selectAllChildren(b),
  }
  on('click', (e) => {
    for (const name in acts) {
      const b = e.target.closest(`[data-${name}]`)
      if (b) acts[name](b)
    }
    const opener = e.target.closest('[commandfor]')
    if (opener && !('command' in opener)) show(d.getElementById(opener.getAttribute('commandfor')))
  })
  on('submit', (e) => {
    const form = e.target
    if (form.dataset.themes !== undefined) {
      e.preventDefault()
      const value = e.submitter.value
      d.documentElement.dataset.theme = value
      fetch('/theme', { method: 'POST', body: new URLSearchParams({ theme: value }), redirect: 'manual' })
      for (const b of all('[data-themes] button')) b.setAttribute('aria-pressed', b.value === value)
    } else if (form.method !== 'dialog' && !e.defaultPrevented) {
      if (form.ariaBusy) e.preventDefault()
      form.ariaBusy = 'true'
    }
  })
  addEventListener('pageshow', () => {
    for (const form of all('form[aria-busy]')) form.removeAttribute('aria-busy')
  })

  // Typed before the scripts were here, or brought back by the browser: as if typed now. htmx begins in a timer of its own.
  const typed = () => {
    for (const field of all('input, textarea'))
      if (field.value !== field.defaultValue || field.checked !== field.defaultChecked)
        field.dispatchEvent(new Event('input', { bubbles: true }))
  }
  addEventListener('load', () => setTimeout(typed))

  // Keys: never one that starts or stops anything. They can be switched off in their own dialog.
  const off = one('#keys-off')
  const store = window.localStorage
  if (off) {
    off.checked = store.keys === 'off'
    off.onchange = () => (store.keys = off.checked ? 'off' : 'on')
  }
  let last = ''
  on('keydown', (e) => {
    if (store.keys === 'off' || e.ctrlKey || e.metaKey || e.altKey || e.target.closest('input,textarea,select,dialog')) return
    const link = last === 'g' && one(`[data-key="${CSS.escape(e.key)}"]`)
    last = e.key
    if (link) link.click()
    else if (e.key === '?') show(one('#keys'))
    else if (e.key === '/' && one('input[type=search]')) {
      e.preventDefault()
      one('input[type=search]').focus()
    }
  })

  refresh()
  setInterval(tick, 1000)
})()
