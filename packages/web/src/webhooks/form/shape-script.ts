/** What only webhooks with a shape need, in a script of its own. */
export { ShapePreview } from './shape-preview.tsx'
export { TransformEditor } from './transform-editor.tsx'
