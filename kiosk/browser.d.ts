// The three windows are served from one folder, /static/<hash>/{kiosk,facilitator,display,vendor}/, so a window
// imports "../kiosk/live.js" and "../vendor/socket.io.esm.min.js". On disk those lie elsewhere; this file tells the
// type checker where. One entry for each module that another window imports.

declare module "*/vendor/socket.io.esm.min.js" {
  export * from "socket.io-client";
}

declare module "*/kiosk/ids.js" {
  export * from "@kiosk/ids.js";
}
declare module "*/kiosk/live.js" {
  export * from "@kiosk/live.js";
}
