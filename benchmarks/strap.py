"""A strap that is made up at `navigator.bluetooth`, for benchmarks and tests of the page."""

STRAP = """
(() => {
  const characteristic = Object.assign(new EventTarget(), {
    startNotifications: async () => undefined,
  });
  const getCharacteristic = async () => characteristic;
  const device = Object.assign(new EventTarget(), {
    name: "Made Strap",
    connects: 0,
    far: false,
    gatt: {
      connect: async () => {
        device.connects += 1;
        if (device.far) throw new Error("Out of reach.");
        return { getPrimaryService: async () => ({ getCharacteristic }) };
      },
      disconnect: () => undefined,
    },
  });
  window.strap = {
    device,
    sends: (...bytes) => {
      characteristic.value = new DataView(new Uint8Array(bytes).buffer);
      characteristic.dispatchEvent(new Event("characteristicvaluechanged"));
    },
    beats: (heartRate, waver = 0) => {
      let beat = 0;
      window.strap.beating = setInterval(() => {
        beat += 1;
        window.strap.sends(0x10, heartRate + (beat % 2) * waver, 0, 2);
      }, 1000);
    },
    plays: (heartRates) => {
      let second = 0;
      window.strap.beating = setInterval(() => {
        window.strap.sends(0x10, heartRates[second % heartRates.length], 0, 2);
        second += 1;
      }, 1000);
    },
    goes: () => {
      device.far = true;
      device.dispatchEvent(new Event("gattserverdisconnected"));
    },
  };
  const requestDevice = async () => device;
  Object.defineProperty(navigator, "bluetooth", { value: { requestDevice } });
})()
"""
"""Chosen, it sends what `window.strap` is told: it `beats` at one heart rate, or `plays` many."""
