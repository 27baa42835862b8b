/**
 * ONNX Runtime from 1.29 on sends usage data to its maker, and keeps a device id in the home folder, unless this is set before it
 * is loaded. Cameras' pictures are looked at here: nothing leaves. To be imported first by every main file; threads inherit it.
 */
// oxlint-disable-next-line node/no-process-env -- not a setting of ours: the library reads the environment itself
process.env['ORT_DISABLE_TELEMETRY'] = '1';
