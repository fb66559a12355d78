import '/element/index.js'

const element = document.querySelector('connectgain-webhooks')
const where = document.querySelector('#where')

element.getSession = async () => {
  const response = await fetch('/webhooks-session', { method: 'POST' })
  // Signed out of the app too: the address keeps where the user is.
  if (response.status === 401) location.reload()
  if (!response.ok) throw new Error(`no session: ${response.status}`)
  return await response.json()
}

for (const event of ['ready', 'navigated']) {
  element.addEventListener(event, ({ detail: { path } }) => {
    where.textContent = path
    const address = new URL(location.href)
    address.searchParams.set('return_to', `/settings/webhooks${path}`)
    history.replaceState(null, '', address)
  })
}

document.querySelector('#theme').addEventListener('change', ({ target }) => {
  element.theme = { scheme: target.value, radius: 4, colors: { light: { accent: '#0b6a4b' }, dark: { accent: '#6fd9ac' } } }
})
document.querySelector('#language').addEventListener('change', ({ target }) => {
  element.locale = target.value
})
document.querySelector('#deliveries').addEventListener('click', () => {
  element.path = '/deliveries'
})
