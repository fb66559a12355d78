import { normalizePath, pageUrl, readAddress } from './address.ts'
import { PageFrame } from './frame.ts'
import type { Message, PageMessages, SessionReason, Theme } from './protocol.ts'

export type GetSession = () => Promise<{ token: string }>

/** The events of the element, by name. */
export interface ConnectGainWebhooksEvents {
  /** A view is shown, with a session. */
  ready: CustomEvent<{ path: string }>
  /** The user has moved to another view, or filtered one. */
  navigated: CustomEvent<{ path: string }>
  /** There is no session, and `getSession` is asked for one, or has failed with `error`. */
  'session-expired': CustomEvent<{ error?: unknown }>
  /** The page did not answer. */
  unreachable: CustomEvent<object>
}

const ANSWER_TIMEOUT_MS = 20_000
const MAX_HEIGHT = 100_000
const ATTRIBUTES = ['src', 'path', 'theme', 'locale', 'aria-label'] as const
const PROPERTIES = ['src', 'token', 'path', 'theme', 'locale', 'getSession'] as const

/** Without a browser (server rendering) the module can be imported, and defines nothing. */
const Base =
  (globalThis as { HTMLElement?: typeof HTMLElement }).HTMLElement ??
  (Object as unknown as typeof HTMLElement)

/** `<connectgain-webhooks src="https://webhooks.example.com">`: the settings page, as high as its content. */
export class ConnectGainWebhooks extends Base {
  static readonly observedAttributes: readonly string[] = ATTRIBUTES

  #frame: PageFrame | undefined
  #getSession: GetSession | undefined
  #theme: Theme | undefined
  #path = '/'
  #wanted: SessionReason | undefined
  #isTokenUsed = false
  #timer: ReturnType<typeof setTimeout> | undefined

  /** The server's origin, or the address of a view of its settings page. */
  get src(): string {
    return this.getAttribute('src') ?? ''
  }
  set src(src: string) {
    this.setAttribute('src', src)
  }

  /** A token for the first session, where the host already has one. */
  get token(): string | null {
    return this.getAttribute('token')
  }
  set token(token: string | null) {
    this.#isTokenUsed = false
    this.#reflect('token', token)
    this.#answer()
  }

  /** A language tag; null: that of the browser. */
  get locale(): string | null {
    return this.getAttribute('locale')
  }
  set locale(locale: string | null | undefined) {
    this.#reflect('locale', locale)
  }

  /** The look of the page; the attribute takes `light`, `dark`, `system`, or JSON. */
  get theme(): Theme | undefined {
    return this.#theme ?? readTheme(this.getAttribute('theme'))
  }
  set theme(theme: Theme | string | null | undefined) {
    this.#theme = typeof theme === 'object' && theme !== null ? theme : undefined
    // React sets properties of elements that have them, also to what was written as an attribute.
    if (typeof theme === 'string') this.setAttribute('theme', theme)
    this.#configure()
  }

  /** The view that is shown, below the page's address: `/`, `/new`, `/<id>/deliveries?status=failed`. Can be set. */
  get path(): string {
    return this.#path
  }
  set path(path: string | undefined) {
    this.#reflect('path', path)
  }

  /** Asks the host's server for a new session. Called before the session ends, and when it has ended. */
  get getSession(): GetSession | undefined {
    return this.#getSession
  }
  set getSession(getSession: GetSession | undefined) {
    this.#getSession = getSession
    this.#answer()
  }

  /** Moves the keyboard focus into the page. */
  override focus(options?: FocusOptions): void {
    this.#frame?.element.focus(options)
  }

  connectedCallback(): void {
    for (const name of PROPERTIES) this.#upgrade(name)
    this.#open()
  }

  disconnectedCallback(): void {
    this.#close()
  }

  attributeChangedCallback(
    name: (typeof ATTRIBUTES)[number],
    before: string | null,
    value: string | null,
  ): void {
    if (this.#frame === undefined || before === value) return
    if (name === 'src') this.#open()
    else if (name === 'path') this.#navigate(value ?? '/')
    else if (name === 'aria-label') this.#frame.element.title = this.#title()
    else this.#configure()
  }

  #open(): void {
    this.#close()
    if (this.src === '') return
    const { origin, path } = readAddress(this.src, document.baseURI)
    this.#path = normalizePath(this.getAttribute('path') ?? path) || '/'
    this.#isTokenUsed = false
    this.#frame = new PageFrame({
      url: pageUrl(origin, this.#path, this.locale),
      title: this.#title(),
      onMessage: (message) => this.#receive(message),
    })
    const root = this.shadowRoot ?? this.#createRoot()
    root.replaceChildren(this.#frame.element)
    this.#timer = setTimeout(() => this.#reportSilence(origin), ANSWER_TIMEOUT_MS)
  }

  #close(): void {
    clearTimeout(this.#timer)
    this.#wanted = undefined
    this.#frame?.close()
    this.#frame = undefined
  }

  /** The stylesheet is made by script, which a policy without inline styles allows. */
  #createRoot(): ShadowRoot {
    const root = this.attachShadow({ mode: 'open', delegatesFocus: true })
    const sheet = new CSSStyleSheet()
    sheet.replaceSync(
      ':host { display: block } :host([hidden]) { display: none } iframe { display: block; width: 100%; height: 30rem; border: 0 }',
    )
    root.adoptedStyleSheets = [sheet]
    return root
  }

  #receive(message: Message<PageMessages>): void {
    switch (message.type) {
      case 'hello':
        clearTimeout(this.#timer)
        this.#configure()
        this.#frame?.sendVisiblePart()
        break
      case 'ready':
        this.#moveTo(message.path, 'ready')
        break
      case 'navigated':
        this.#moveTo(message.path, 'navigated')
        break
      case 'size':
        if (message.height > 0 && message.height <= MAX_HEIGHT) this.#frame?.resize(message.height)
        break
      case 'session-needed':
        this.#wanted = message.reason
        if (message.reason === 'expired') this.#emit('session-expired', {})
        this.#answer()
        break
      case 'refused':
        console.warn(`<connectgain-webhooks> ${message.what}: ${message.text}`)
        break
      default:
        // Of a later version of the page.
        break
    }
  }

  #moveTo(path: string, event: 'ready' | 'navigated'): void {
    const isOtherView = path.split('?')[0] !== this.#path.split('?')[0]
    this.#path = path
    // The top of a new view, as a browser shows it after following a link.
    if (event === 'navigated' && isOtherView && this.getBoundingClientRect().top < 0) {
      this.scrollIntoView({ block: 'start' })
    }
    this.#emit(event, { path })
  }

  #navigate(path: string): void {
    const next = normalizePath(path) || '/'
    if (next !== this.#path) this.#frame?.send('navigate', { path: next })
  }

  #configure(): void {
    this.#frame?.send('configure', { theme: this.theme, locale: this.locale ?? undefined })
  }

  /** Answers the page's wish for a session, as soon as there is something to answer it with. */
  #answer(): void {
    const frame = this.#frame
    if (this.#wanted === undefined || frame === undefined) return
    const { token } = this
    if (token !== null && !this.#isTokenUsed) {
      this.#wanted = undefined
      this.#isTokenUsed = true
      frame.send('session', { token })
    } else if (this.#getSession !== undefined) {
      this.#wanted = undefined
      void this.#ask(this.#getSession, frame)
    }
  }

  async #ask(getSession: GetSession, frame: PageFrame): Promise<void> {
    try {
      const { token } = await getSession()
      frame.send('session', { token })
    } catch (error) {
      frame.send('session', { token: null })
      this.#emit('session-expired', { error })
    }
  }

  #reportSilence(origin: string): void {
    console.warn(
      `<connectgain-webhooks> ${origin} does not answer: is it reachable, and does its PORTAL_FRAME_ANCESTORS have ${location.origin}?`,
    )
    this.#emit('unreachable', {})
  }

  #emit<Type extends keyof ConnectGainWebhooksEvents>(
    type: Type,
    detail: ConnectGainWebhooksEvents[Type]['detail'],
  ): void {
    this.dispatchEvent(new CustomEvent(type, { detail }))
  }

  #title(): string {
    return this.getAttribute('aria-label') ?? 'Webhooks'
  }

  #reflect(name: string, value: string | null | undefined): void {
    if (value === null || value === undefined) this.removeAttribute(name)
    else this.setAttribute(name, value)
  }

  /** A property that was set before the element was defined hides the accessor. */
  #upgrade(name: (typeof PROPERTIES)[number]): void {
    if (!Object.hasOwn(this, name)) return
    const own = this as Record<string, unknown>
    const value = own[name]
    delete own[name]
    own[name] = value
  }
}

function readTheme(attribute: string | null): Theme | undefined {
  if (attribute === null || attribute === '') return undefined
  if (attribute === 'light' || attribute === 'dark' || attribute === 'system') return { scheme: attribute }
  try {
    return JSON.parse(attribute) as Theme
  } catch {
    console.warn('<connectgain-webhooks> theme: must be light, dark, system, or JSON')
    return undefined
  }
}
