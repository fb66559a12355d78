import { portal } from '../embed/portal.ts'
import { t } from '../messages/index.ts'
import icon from '../styles/icon.svg'
import styles from './shell.module.css'

const { name, logo = icon, logo_dark: logoDark } = portal.theme ?? {}

/** Of the host, where the operator has set it. */
export const brandName = (): string => name ?? t.brand

/** @param alt what it stands for, where no text beside it says that */
export function Logo({ alt = '' }: { alt?: string }) {
  if (logoDark === undefined) return <img src={logo} alt={alt} />
  return (
    <>
      <img className={styles.onLight} src={logo} alt={alt} />
      <img className={styles.onDark} src={logoDark} alt={alt} />
    </>
  )
}
