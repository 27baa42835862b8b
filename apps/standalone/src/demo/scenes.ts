import type { SKRSContext2D } from '@napi-rs/canvas';

/** Size of a snapshot, in pixels. */
export const frame = { width: 1280, height: 720 } as const;

export interface Scene {
  draw(canvas: SKRSContext2D): void;
  /** Where people stand: the centre and the height of a face, in pixels. */
  places: { x: number; y: number; height: number }[];
}

const rect = (canvas: SKRSContext2D, fill: string, x: number, y: number, width: number, height: number): void => {
  canvas.fillStyle = fill;
  canvas.fillRect(x, y, width, height);
};

function gradient(canvas: SKRSContext2D, from: string, to: string, y0: number, y1: number): void {
  const fill = canvas.createLinearGradient(0, y0, 0, y1);
  fill.addColorStop(0, from);
  fill.addColorStop(1, to);
  canvas.fillStyle = fill;
  canvas.fillRect(0, y0, frame.width, y1 - y0);
}

const frontDoor: Scene = {
  places: [
    { x: 330, y: 300, height: 150 },
    { x: 640, y: 285, height: 165 },
    { x: 960, y: 310, height: 145 },
  ],
  draw: (canvas) => {
    gradient(canvas, '#8d7f73', '#6f645b', 0, 560);
    canvas.strokeStyle = 'rgba(60, 48, 40, 0.35)';
    for (let y = 20; y < 560; y += 28) {
      for (let x = (y / 28) % 2 === 0 ? 0 : 35; x < frame.width; x += 70) canvas.strokeRect(x, y, 70, 28);
    }
    gradient(canvas, '#5a5652', '#4a4744', 560, frame.height);
    rect(canvas, '#e6e1d8', 500, 60, 290, 510);
    rect(canvas, '#31506b', 518, 78, 254, 492);
    for (const y of [110, 330]) for (const x of [540, 656]) rect(canvas, '#294560', x, y, 94, 190);
    canvas.fillStyle = '#d3b55b';
    canvas.beginPath();
    canvas.arc(752, 330, 9, 0, Math.PI * 2);
    canvas.fill();
    rect(canvas, '#7b5a3a', 460, 570, 370, 46);
    rect(canvas, '#33291f', 880, 150, 26, 60);
    rect(canvas, '#f3dfa2', 884, 160, 18, 36);
  },
};

const garage: Scene = {
  places: [
    { x: 300, y: 330, height: 130 },
    { x: 620, y: 320, height: 140 },
    { x: 980, y: 340, height: 125 },
  ],
  draw: (canvas) => {
    gradient(canvas, '#9aa6ad', '#7d888e', 0, 520);
    gradient(canvas, '#606468', '#4c5053', 520, frame.height);
    rect(canvas, '#d9dde0', 180, 120, 760, 420);
    for (let y = 120; y < 540; y += 52) rect(canvas, '#c3c8cc', 180, y, 760, 6);
    for (let x = 250; x < 900; x += 170) rect(canvas, '#8fa3b1', x, 140, 110, 44);
    rect(canvas, '#4b4f55', 1010, 200, 180, 340);
    rect(canvas, '#3c4046', 1026, 218, 148, 322);
    canvas.fillStyle = '#7d2f2a';
    canvas.beginPath();
    canvas.roundRect(40, 470, 210, 120, 24);
    canvas.fill();
    for (const x of [85, 205]) {
      canvas.fillStyle = '#202225';
      canvas.beginPath();
      canvas.arc(x, 592, 28, 0, Math.PI * 2);
      canvas.fill();
    }
  },
};

const garden: Scene = {
  places: [
    { x: 380, y: 350, height: 120 },
    { x: 700, y: 330, height: 135 },
    { x: 1010, y: 345, height: 125 },
  ],
  draw: (canvas) => {
    gradient(canvas, '#a9c4d6', '#d5e1e4', 0, 300);
    gradient(canvas, '#6c8f4e', '#46682f', 300, frame.height);
    for (let x = 0; x < frame.width; x += 46) {
      rect(canvas, '#a98a63', x, 180, 38, 170);
      rect(canvas, '#8f7350', x + 34, 180, 4, 170);
    }
    for (const [x, y, size] of [
      [120, 180, 110],
      [1180, 150, 130],
      [1090, 230, 70],
    ] as const) {
      rect(canvas, '#5d4630', x - 10, y + size - 20, 20, 130);
      canvas.fillStyle = '#3f6a35';
      canvas.beginPath();
      canvas.arc(x, y, size, 0, Math.PI * 2);
      canvas.fill();
    }
    canvas.fillStyle = '#b9b2a4';
    canvas.beginPath();
    canvas.moveTo(560, 350);
    canvas.lineTo(660, 350);
    canvas.lineTo(900, frame.height);
    canvas.lineTo(380, frame.height);
    canvas.fill();
  },
};

const gate: Scene = {
  places: [
    { x: 340, y: 330, height: 130 },
    { x: 640, y: 320, height: 140 },
    { x: 930, y: 335, height: 130 },
  ],
  draw: (canvas) => {
    gradient(canvas, '#b9cad6', '#dfe6e6', 0, 330);
    gradient(canvas, '#8a8f86', '#6b6f68', 330, frame.height);
    for (const x of [0, 860]) {
      rect(canvas, '#9a8f80', x, 210, 420, 190);
      for (let y = 225; y < 400; y += 25) rect(canvas, '#857b6e', x, y, 420, 3);
    }
    for (const x of [400, 840]) rect(canvas, '#6f665b', x, 170, 44, 240);
    for (let x = 456; x < 840; x += 32) rect(canvas, '#2f3a3a', x, 200, 8, 210);
    for (const y of [215, 395]) rect(canvas, '#2f3a3a', 446, y, 394, 8);
    rect(canvas, '#a23b2e', 1080, 250, 74, 96);
    rect(canvas, '#7d2a20', 1092, 272, 50, 8);
  },
};

export const scenes = { 'Front door': frontDoor, Garage: garage, Garden: garden, Gate: gate } as const satisfies Record<string, Scene>;
export type CameraName = keyof typeof scenes;
