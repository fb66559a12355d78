import { requestFirst } from './api/early.ts'
import { listPaths } from './api/list-paths.ts'
import { preferredLanguage } from './messages/choice.ts'
import { showLanguage } from './messages/index.ts'
import { BASE } from './routes/base.ts'
import { loadScripts } from './routes/scripts.ts'
import { applyTheme } from './routes/theme.ts'
import './styles/base.css'

/*
 * The smallest script, and the first to run: what else the view needs (its scripts, its texts and its first data) is on
 * the way at once, and not one after the other.
 */
applyTheme()
const path = location.pathname.slice(BASE.length)
// In a frame of the host, its token may open another session than the present one.
if (window.parent === window) void requestFirst(path.replaceAll('/', '') === '' ? listPaths : undefined)
// English rather than an empty page, if the language cannot be loaded.
const texts = showLanguage(preferredLanguage()).catch(async () => await showLanguage('en'))
const page = import('./main.tsx')
loadScripts(path)
void Promise.all([page, texts]).then(([{ start }]) => start())
