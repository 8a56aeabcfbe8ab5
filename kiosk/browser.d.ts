// The three windows are served from one folder, /static/<hash>/{kiosk,facilitator,display,vendor}/, so a window
// imports "../kiosk/live.js" and "../vendor/socket.io.esm.min.js". On disk those lie elsewhere; this file tells the
// type checker where. One entry for each module that another window imports.

declare module "*/vendor/socket.io.esm.min.js" {
  export * from "socket.io-client";
}

declare module "*/kiosk/api.js" {
  export * from "@kiosk/api.js";
}
declare module "*/kiosk/ids.js" {
  export * from "@kiosk/ids.js";
}
declare module "*/kiosk/link_mark.js" {
  export * from "@kiosk/link_mark.js";
}
declare module "*/kiosk/live.js" {
  export * from "@kiosk/live.js";
}
declare module "*/kiosk/partial.js" {
  export * from "@kiosk/partial.js";
}
declare module "*/kiosk/ticket.js" {
  export * from "@kiosk/ticket.js";
}
declare module "*/kiosk/words.js" {
  export * from "@kiosk/words.js";
}
