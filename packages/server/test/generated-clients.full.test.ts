import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, suite, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { withFailedDelivery } from './harness/failed-delivery.ts'
import { findTool } from './harness/test-tools.ts'
import { LONG } from './harness/until.ts'

const run = promisify(execFile)
const PROGRAMS = fileURLToPath(new URL('generated-clients/', import.meta.url))
const TSC = fileURLToPath(new URL('../../../node_modules/.bin/tsc', import.meta.url))

/** The jar is in the package; its wrapper starts `java`. */
const FIND_JAR =
  'import openapi_generator_cli as o, os; print(os.path.join(os.path.dirname(o.__file__), "openapi-generator.jar"))'
const GENERATOR = findTool('openapi-generator-cli')
const PYTHON = findTool('python3')
const MISSING = 'there is no openapi-generator-cli (PyPI) with Java: see .ci/run'

/** Generated Java has these annotations, which neither it nor the JDK defines. */
const ANNOTATIONS = {
  Nonnull: '',
  Nullable: '',
  Generated: 'String[] value() default {}; String date() default ""; String comments() default "";',
}

interface Language {
  generator: string
  properties: string
  /** The programs that it needs besides the generator. */
  tools: readonly string[]
  /** Compiles and runs; resolves with what the program printed. */
  use(folder: string, env: NodeJS.ProcessEnv): Promise<{ stdout: string }>
}

const LANGUAGES: Readonly<Record<string, Language>> = {
  TypeScript: {
    generator: 'typescript-fetch',
    properties: 'importFileExtension=.ts',
    tools: [],
    async use(folder, env) {
      cpSync(join(PROGRAMS, 'use.mts'), join(folder, 'client/use.mts'))
      const flags =
        '--noEmit --strict --skipLibCheck --module nodenext --target es2023 --lib es2023,dom,dom.iterable'
      const node = '--allowImportingTsExtensions --types node --typeRoots'
      const types = join(TSC, '../../@types')
      writeFileSync(join(folder, 'client/package.json'), '{"type": "module"}')
      const cwd = join(folder, 'client')
      await run(TSC, [...flags.split(' '), ...node.split(' '), types, 'use.mts'], { cwd })
      return await run(process.execPath, ['--experimental-transform-types', 'use.mts'], { cwd, env })
    },
  },
  Python: {
    generator: 'python',
    properties: 'packageName=connectgain',
    tools: ['python3'],
    async use(folder, env) {
      const paths = { PYTHONPATH: join(folder, 'client'), PYTHONDONTWRITEBYTECODE: '1' }
      return await run(PYTHON!, [join(PROGRAMS, 'use.py')], { env: { ...env, ...paths } })
    },
  },
  Go: {
    generator: 'go',
    properties: 'packageName=connectgain,withGoMod=false',
    tools: ['go'],
    async use(folder, env) {
      const program = join(folder, 'program')
      mkdirSync(program)
      cpSync(join(folder, 'client'), join(program, 'connectgain'), { recursive: true })
      rmSync(join(program, 'connectgain/test'), { recursive: true, force: true })
      cpSync(join(PROGRAMS, 'main.go'), join(program, 'main.go'))
      writeFileSync(join(program, 'go.mod'), 'module example.com/use\n\ngo 1.21\n')
      return await run('go', ['run', '.'], { cwd: program, env: { ...env, GOTOOLCHAIN: 'local' } })
    },
  },
  Java: {
    generator: 'java',
    properties:
      'library=native,openApiNullable=false,useJakartaEe=true,useSingleRequestParameter=true,invokerPackage=connectgain,apiPackage=connectgain.api,modelPackage=connectgain.model',
    tools: ['javac'],
    async use(folder, env) {
      const annotations = join(folder, 'jakarta/annotation')
      mkdirSync(annotations, { recursive: true })
      for (const [name, members] of Object.entries(ANNOTATIONS))
        writeFileSync(
          join(annotations, `${name}.java`),
          `package jakarta.annotation; public @interface ${name} { ${members} }`,
        )
      cpSync(join(PROGRAMS, 'Use.java'), join(folder, 'Use.java'))
      // Has the Jackson that the client needs.
      const jar = await findJar()
      const sources = [folder, join(folder, 'client/src/main/java')].join(':')
      const classes = join(folder, 'classes')
      const compile = [
        '-nowarn',
        '-proc:none',
        '-cp',
        jar,
        '-sourcepath',
        sources,
        '-d',
        classes,
        join(folder, 'Use.java'),
      ]
      await run('javac', compile)
      return await run('java', ['-cp', `${classes}:${jar}`, 'Use'], { env })
    },
  },
}

async function findJar(): Promise<string> {
  return (await run(PYTHON!, ['-c', FIND_JAR])).stdout.trim()
}

suite('clients made by openapi-generator', LONG, () => {
  const folder = mkdtempSync(join(tmpdir(), 'connectgain-generated-'))
  after(() => rmSync(folder, { recursive: true, force: true }))

  for (const [language, { generator, properties, tools, use }] of Object.entries(LANGUAGES)) {
    const missing = ['java', ...tools].find((tool) => findTool(tool) === undefined)
    const skip = GENERATOR === undefined ? MISSING : missing !== undefined && `there is no ${missing}`

    test(
      `a client in ${language} compiles, creates, lists, tests, retries, reads refusals, and deletes`,
      { skip },
      async () => {
        await withFailedDelivery(async ({ document, environment }) => {
          const own = join(folder, generator)
          mkdirSync(own)
          writeFileSync(join(own, 'openapi.json'), JSON.stringify(document))
          const only = 'apiTests=false,modelTests=false,apiDocs=false,modelDocs=false'
          const names = ['-g', generator, '-i', 'openapi.json', '-o', 'client', '--global-property', only]
          const flags = ['generate', ...names, '--additional-properties', properties]
          await run('java', ['-jar', await findJar(), ...flags], { cwd: own, maxBuffer: 2 ** 26 })
          const { stdout } = await use(own, { ...process.env, ...environment })
          assert.deepEqual(JSON.parse(stdout), {
            secret: true,
            listed: true,
            tested: 'success',
            retried: 200,
            refused: 'P0002',
          })
        })
      },
    )
  }
})
