import { Languages } from 'lucide-react'
import { useState } from 'react'
import { Button, IconButton } from '../components/button.tsx'
import { Menu, MenuChoice } from '../components/menu.tsx'
import { toastError } from '../components/toast.tsx'
import { chooseLanguage, preferredLanguage, readChoice } from '../messages/choice.ts'
import type { Choice } from '../messages/choice.ts'
import { shownLanguage, t } from '../messages/index.ts'
import { LANGUAGES } from '../messages/languages.ts'
import type { Language } from '../messages/languages.ts'

/** Each language by its own name, for those who do not read the one that is shown. */
export function LanguageMenu({ isNamed = false }: { isNamed?: boolean }) {
  const [choice, setChoice] = useState(readChoice)
  const { name } = LANGUAGES[shownLanguage()]
  const options: [Choice, string][] = [
    ['auto', t.language.auto({ language: LANGUAGES[preferredLanguage('auto')].name })],
    ...(Object.keys(LANGUAGES) as Language[]).map((each): [Choice, string] => [each, LANGUAGES[each].name]),
  ]
  const icon = <Languages size={16} aria-hidden="true" />
  return (
    <Menu
      trigger={
        isNamed ? (
          <Button variant="ghost" small aria-label={t.language.current({ language: name })}>
            {icon}
            {name}
          </Button>
        ) : (
          <IconButton label={t.language.label} small>
            {icon}
          </IconButton>
        )
      }
    >
      <MenuChoice
        label={t.language.label}
        value={choice}
        options={options}
        onChange={(next) => {
          setChoice(next)
          chooseLanguage(next).catch(toastError)
        }}
      />
    </Menu>
  )
}
