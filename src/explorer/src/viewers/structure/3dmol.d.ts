/** What is used of the built 3Dmol.js, which has types for its other build only. */
declare module "3dmol/build/3Dmol.es6-min.js" {
  interface Point {
    x: number;
    y: number;
    z: number;
  }

  export interface GLViewer {
    addModel(text: string, format: string): unknown;
    removeAllModels(): void;
    setStyle(selection: object, style: object): void;
    addCylinder(cylinder: { start: Point; end: Point; radius: number; color: string }): unknown;
    removeAllShapes(): void;
    addLabel(text: string, style: object): unknown;
    removeAllLabels(): void;
    setBackgroundColor(colour: string, alpha: number): void;
    zoomTo(): void;
    zoom(factor: number): void;
    rotate(degrees: number, axis: string): void;
    getView(): number[];
    setView(view: readonly number[]): void;
    render(): void;
    resize(): void;
    clear(): void;
  }

  export function createViewer(element: HTMLElement, options: object): GLViewer | null;
}
