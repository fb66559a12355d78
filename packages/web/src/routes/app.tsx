import { ApiError } from '../api/client.ts'
import { useSession } from '../api/session.ts'
import type { Session } from '../api/types.ts'
import { ErrorNotice, Loading } from '../components/surface.tsx'
import { Redirect, Route, Switch } from 'wouter'
import { ListPage } from './list-page.tsx'
import { OrganizationGate } from './organization-gate.tsx'
import { Plain, Shell } from './shell.tsx'
import { SignIn } from './sign-in.tsx'
import { AllDeliveriesPage, CreatePage, WebhookPage } from './views.tsx'

export function App() {
  const session = useSession()
  if (session.isPending) {
    return (
      <Plain>
        <Loading rows={2} />
      </Plain>
    )
  }
  if (session.isError) {
    // The link was used or has expired; the user can still sign in with a key.
    if (session.error instanceof ApiError) return <SignIn refused={session.error} />
    return (
      <Plain>
        <ErrorNotice error={session.error} onRetry={() => void session.refetch()} />
      </Plain>
    )
  }
  if (session.data === null) return <SignIn />
  return <SignedIn session={session.data} />
}

function SignedIn({ session }: { session: Session }) {
  return (
    <OrganizationGate session={session}>
      <Shell>
        <Switch>
          <Route path="/" component={ListPage} />
          <Route path="/new" component={CreatePage} />
          <Route path="/deliveries" component={AllDeliveriesPage} />
          <Route path="/:id/:tab?">{({ id, tab }) => <WebhookPage key={id} id={id} tab={tab} />}</Route>
          <Route>
            <Redirect to="/" replace />
          </Route>
        </Switch>
      </Shell>
    </OrganizationGate>
  )
}
