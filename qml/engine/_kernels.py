"""The compiled interior: a program's steps on a block of states that stays in the cache.

A block holds real and imaginary parts apart, each as 2**n rows of `width` samples in one flat
array, so that the innermost loops run over samples side by side. The functions take the program as
arrays and are compiled once, on first use, and kept on disk: a new circuit compiles nothing.
"""

from __future__ import annotations

import numpy as np
from numba import njit

__all__ = [
    "adjoint_block",
    "load_block",
    "mps_overlaps",
    "project",
    "run_block",
    "split_into",
    "square_into",
    "store_block",
    "weigh",
]

_FAST = {"contract", "nsz", "arcp"}  # fused multiply-add; no reordering of sums
_TILE = 8  # samples turned from columns to rows at a time: as many as cache lines stay at hand
_OPTIONS = {"cache": True, "nogil": True, "fastmath": _FAST, "error_model": "numpy"}
_SUMS = {**_OPTIONS, "fastmath": {"contract", "nsz", "arcp", "reassoc"}}  # a sum may be vectorised


@njit(**_OPTIONS)
def _turn(x, y, cos, sin):
    """Turn the pairs (x, y) by each sample's angle: every rotation of the engine is made of this.

    Few arrays in one loop: with more, the compiler gives up proving that they do not overlap, and
    with it on the vector instructions.
    """
    for l in range(len(cos)):
        a, b = x[l], y[l]
        x[l] = cos[l] * a - sin[l] * b
        y[l] = sin[l] * a + cos[l] * b


@njit(**_OPTIONS)
def _turn_back(x, y, cos, sin):
    for l in range(len(cos)):
        a, b = x[l], y[l]
        x[l] = cos[l] * a + sin[l] * b
        y[l] = cos[l] * b - sin[l] * a


@njit(**_OPTIONS)
def _rx(re, im, dim, width, qubit, cos, sin, inverse):
    half = 1 << qubit
    for top in range(0, dim, 2 * half):
        for row in range(top, top + half):
            a, b = row * width, (row + half) * width
            re_a, im_a = re[a : a + width], im[a : a + width]
            re_b, im_b = re[b : b + width], im[b : b + width]
            if inverse:
                _turn(re_a, im_b, cos, sin)
                _turn(re_b, im_a, cos, sin)
            else:
                _turn_back(re_a, im_b, cos, sin)
                _turn_back(re_b, im_a, cos, sin)


@njit(**_OPTIONS)
def _ry(x, dim, width, qubit, cos, sin, inverse):
    """On the real or the imaginary parts: the matrix is real."""
    half = 1 << qubit
    for top in range(0, dim, 2 * half):
        for row in range(top, top + half):
            a, b = row * width, (row + half) * width
            if inverse:
                _turn_back(x[a : a + width], x[b : b + width], cos, sin)
            else:
                _turn(x[a : a + width], x[b : b + width], cos, sin)


@njit(**_OPTIONS)
def _turn_all(x, y, cos, sin):
    """Turn all pairs by one angle."""
    for l in range(len(x)):
        a, b = x[l], y[l]
        x[l] = cos * a - sin * b
        y[l] = sin * a + cos * b


@njit(**_OPTIONS)
def _rx_shared(re, im, dim, width, qubit, cos, sin):
    run = (1 << qubit) * width
    for top in range(0, dim * width, 2 * run):
        middle, end = top + run, top + 2 * run
        _turn_all(re[top:middle], im[middle:end], cos, -sin)
        _turn_all(re[middle:end], im[top:middle], cos, -sin)


@njit(**_OPTIONS)
def _ry_shared(x, dim, width, qubit, cos, sin):
    run = (1 << qubit) * width
    for top in range(0, dim * width, 2 * run):
        _turn_all(x[top : top + run], x[top + run : top + 2 * run], cos, sin)


@njit(**_OPTIONS)
def _parity_shared(re, im, dim, width, mask, cos, sin):
    lowest = mask & -mask  # rows come in runs of equal parity, as long as the lowest bit says
    run = lowest * width
    for row in range(0, dim, lowest):
        a = row * width
        _turn_all(re[a : a + run], im[a : a + run], cos, sin if _odd(row, mask) else -sin)


@njit(**_OPTIONS)
def _odd(row, mask):
    bits = row & mask
    bits ^= bits >> 32
    bits ^= bits >> 16
    bits ^= bits >> 8
    bits ^= bits >> 4
    bits ^= bits >> 2
    bits ^= bits >> 1
    return bits & 1


@njit(**_OPTIONS)
def _parity(re, im, dim, width, mask, cos, sin, inverse):
    for row in range(dim):
        a = row * width
        if _odd(row, mask) != inverse:
            _turn(re[a : a + width], im[a : a + width], cos, sin)
        else:
            _turn_back(re[a : a + width], im[a : a + width], cos, sin)


@njit(**_OPTIONS)
def _hadamard(x, dim, width, qubit):
    """On the real or the imaginary parts: the matrix is real."""
    scale = x.dtype.type(0.7071067811865476)
    run = (1 << qubit) * width
    for top in range(0, dim * width, 2 * run):
        low, high = x[top : top + run], x[top + run : top + 2 * run]
        for a in range(run):
            l, h = low[a], high[a]
            low[a] = scale * (l + h)
            high[a] = scale * (l - h)


@njit(**_OPTIONS)
def _exchange(x, y):
    for l in range(len(x)):
        x[l], y[l] = y[l], x[l]


@njit(**_OPTIONS)
def _flip(x, dim, width, qubit):
    run = (1 << qubit) * width
    for top in range(0, dim * width, 2 * run):
        _exchange(x[top : top + run], x[top + run : top + 2 * run])


@njit(**_OPTIONS)
def _cx(x, dim, width, control, target):
    half = 1 << target
    for row in range(dim):
        if row >> control & 1 and not row >> target & 1:
            a, b = row * width, (row + half) * width
            _exchange(x[a : a + width], x[b : b + width])


@njit(**_OPTIONS)
def _swap(x, dim, width, first, second):
    for row in range(dim):
        if row >> first & 1 and not row >> second & 1:
            a = row * width
            b = (row ^ (1 << first) ^ (1 << second)) * width
            _exchange(x[a : a + width], x[b : b + width])


@njit(**_OPTIONS)
def _matrix1(re, im, dim, width, qubit, m, conjugate):
    """Apply m, or its conjugate transpose."""
    real = re.dtype.type
    m00, m01, m10, m11 = m[0], m[1], m[2], m[3]
    if conjugate:
        m00, m01, m10, m11 = m00.conjugate(), m10.conjugate(), m01.conjugate(), m11.conjugate()
    r00, i00, r01, i01 = real(m00.real), real(m00.imag), real(m01.real), real(m01.imag)
    r10, i10, r11, i11 = real(m10.real), real(m10.imag), real(m11.real), real(m11.imag)
    run = (1 << qubit) * width
    for top in range(0, dim * width, 2 * run):
        re_a, im_a = re[top : top + run], im[top : top + run]
        re_b, im_b = re[top + run : top + 2 * run], im[top + run : top + 2 * run]
        for a in range(run):
            ra, ia, rb, ib = re_a[a], im_a[a], re_b[a], im_b[a]
            re_a[a] = r00 * ra - i00 * ia + r01 * rb - i01 * ib
            im_a[a] = r00 * ia + i00 * ra + r01 * ib + i01 * rb
            re_b[a] = r10 * ra - i10 * ia + r11 * rb - i11 * ib
            im_b[a] = r10 * ia + i10 * ra + r11 * ib + i11 * rb


@njit(**_OPTIONS)
def _matrix(re, im, dim, width, qubits, m, conjugate):
    """Apply a fixed matrix on several qubits, the first the least significant bit of its index."""
    size = 1 << len(qubits)
    offsets = np.zeros(size, np.int64)
    mask = 0
    for k in range(len(qubits)):
        mask |= 1 << qubits[k]
        for index in range(size):
            if index >> k & 1:
                offsets[index] |= 1 << qubits[k]
    in_re = np.empty(size * width, re.dtype)
    in_im = np.empty(size * width, re.dtype)
    real = re.dtype.type
    for base in range(dim):
        if base & mask:
            continue
        for index in range(size):
            a = (base | offsets[index]) * width
            for l in range(width):
                in_re[index * width + l] = re[a + l]
                in_im[index * width + l] = im[a + l]
        for index in range(size):
            a = (base | offsets[index]) * width
            for l in range(width):
                re[a + l] = 0
                im[a + l] = 0
            for other in range(size):
                entry = (
                    m[other * size + index].conjugate() if conjugate else m[index * size + other]
                )
                mr, mi = real(entry.real), real(entry.imag)
                if mr == 0 and mi == 0:
                    continue
                b = other * width
                for l in range(width):
                    re[a + l] += mr * in_re[b + l] - mi * in_im[b + l]
                    im[a + l] += mr * in_im[b + l] + mi * in_re[b + l]


@njit(**_OPTIONS)
def _product(out_re, out_im, re, im, f_re, f_im):
    for l in range(len(f_re)):
        out_re[l] = re[l] * f_re[l] - im[l] * f_im[l]
    for l in range(len(f_re)):
        out_im[l] = re[l] * f_im[l] + im[l] * f_re[l]


@njit(**_OPTIONS)
def _build_phases(d_re, d_im, f_re, f_im, n, width, cos, sin):
    """Build exp(i q(b)) for a quadratic polynomial q by doubling.

    With qubit q added, the upper half is the lower half times f(b) = exp(i (l_q + sum_p c_pq b_p)),
    and f itself is built by doubling: two complex products an amplitude in all.
    """
    d_re[:width] = 1
    d_im[:width] = 0
    pair = n
    for q in range(n):
        f_re[:width] = cos[q]
        f_im[:width] = sin[q]
        for p in range(q):
            for row in range(1 << p):
                a = row * width
                b = a + (1 << p) * width
                _product(
                    f_re[b : b + width], f_im[b : b + width],
                    f_re[a : a + width], f_im[a : a + width], cos[pair], sin[pair],
                )  # fmt: skip
            pair += 1
        size = (1 << q) * width
        _product(
            d_re[size : 2 * size], d_im[size : 2 * size],
            d_re[:size], d_im[:size], f_re[:size], f_im[:size],
        )  # fmt: skip


@njit(**_OPTIONS)
def _multiply(re, im, d_re, d_im, size):
    for a in range(size):
        r, i = re[a], im[a]
        re[a] = r * d_re[a] - i * d_im[a]
        im[a] = r * d_im[a] + i * d_re[a]


@njit(**_OPTIONS)
def _apply(re, im, dim, width, step, wires, matrices, cos, sin, inverse):
    """Apply one step, or its inverse; `step` is (kind, first wire, wires, angle, matrix)."""
    kind, first, count, angle, start = step[0], step[1], step[2], step[3], step[4]
    if kind <= 2 and cos.shape[1] == 1:
        c = cos[angle, 0]
        s = -sin[angle, 0] if inverse else sin[angle, 0]
        if kind == 0:
            _rx_shared(re, im, dim, width, wires[first], c, s)
        elif kind == 1:
            _ry_shared(re, dim, width, wires[first], c, s)
            _ry_shared(im, dim, width, wires[first], c, s)
        else:
            mask = 0
            for k in range(count):
                mask ^= 1 << wires[first + k]
            _parity_shared(re, im, dim, width, mask, c, s)
    elif kind == 0:
        _rx(re, im, dim, width, wires[first], cos[angle], sin[angle], inverse)
    elif kind == 1:
        _ry(re, dim, width, wires[first], cos[angle], sin[angle], inverse)
        _ry(im, dim, width, wires[first], cos[angle], sin[angle], inverse)
    elif kind == 2:
        mask = 0
        for k in range(count):
            mask ^= 1 << wires[first + k]
        _parity(re, im, dim, width, mask, cos[angle], sin[angle], inverse)
    elif kind == 3:
        _hadamard(re, dim, width, wires[first])
        _hadamard(im, dim, width, wires[first])
    elif kind == 4:
        _flip(re, dim, width, wires[first])
        _flip(im, dim, width, wires[first])
    elif kind == 5:
        _cx(re, dim, width, wires[first], wires[first + 1])
        _cx(im, dim, width, wires[first], wires[first + 1])
    elif kind == 6:
        _swap(re, dim, width, wires[first], wires[first + 1])
        _swap(im, dim, width, wires[first], wires[first + 1])
    elif kind == 7:
        _matrix1(re, im, dim, width, wires[first], matrices[start : start + 4], inverse)
    elif kind == 8:
        m = matrices[start : start + (1 << 2 * count)]
        _matrix(re, im, dim, width, wires[first : first + count], m, inverse)


@njit(**_OPTIONS)
def run_block(re, im, n, width, steps, wires, matrices, cos, sin, scratch):
    """Apply all steps to a block.

    Parameters
    ----------
    re, im : ndarrays of shape (2**n * width,)
        Real and imaginary parts of the block, changed in place.
    n, width : int
        Numbers of qubits and of samples.
    steps : ndarray of shape (n_steps, 5)
        Kind, first place in `wires`, number of wires, row of `cos`, place in `matrices`.
    wires : ndarray of int
        Qubits of the steps.
    matrices : ndarray of complex
        The steps' matrices, flat.
    cos, sin : ndarrays of shape (n_angles, width) or (n_angles, 1)
        Cosine and sine of half the rotations' angles, or of the phases of a diagonal; one column
        may serve all.
    scratch : ndarray of shape (4, 2**n * width) or (4, 0)
        Scratch space for diagonals; empty where there are none.
    """
    dim = 1 << n
    built = -1
    for t in range(len(steps)):
        step = steps[t]
        if step[0] != 9:
            _apply(re, im, dim, width, step, wires, matrices, cos, sin, False)
            continue
        angle = step[3]
        if built != angle:
            last = angle + n * (n + 1) // 2
            _build_phases(
                scratch[0], scratch[1], scratch[2], scratch[3], n, width,
                cos[angle:last], sin[angle:last],
            )  # fmt: skip
            built = angle
        _multiply(re, im, scratch[0], scratch[1], dim * width)


@njit(**_OPTIONS)
def _cross(into, sign, bra_re, bra_im, re, im):
    """Add the imaginary part of conj(bra) ket."""
    for l in range(len(into)):
        into[l] += sign * (bra_re[l] * im[l] - bra_im[l] * re[l])


@njit(**_OPTIONS)
def _dot(into, sign, bra_re, bra_im, re, im):
    """Add the real part of conj(bra) ket."""
    for l in range(len(into)):
        into[l] += sign * (bra_re[l] * re[l] + bra_im[l] * im[l])


@njit(**_SUMS)
def _cross_all(bra_re, bra_im, re, im):
    """Return the sum of the imaginary parts of conj(bra) ket."""
    total = 0.0
    for l in range(len(re)):
        total += bra_re[l] * im[l] - bra_im[l] * re[l]
    return total


@njit(**_SUMS)
def _dot_all(bra_re, bra_im, re, im):
    """Return the sum of the real parts of conj(bra) ket."""
    total = 0.0
    for l in range(len(re)):
        total += bra_re[l] * re[l] + bra_im[l] * im[l]
    return total


@njit(**_OPTIONS)
def _derivative_shared(re, im, bra_re, bra_im, dim, width, kind, mask):
    """Return Im <bra| G |ket>, summed over the samples."""
    lowest = mask & -mask
    run = lowest * width
    total = 0.0
    if kind == 2:
        for row in range(0, dim, lowest):
            a = row * width
            b = a + run
            part = _cross_all(bra_re[a:b], bra_im[a:b], re[a:b], im[a:b])
            total += -part if _odd(row, mask) else part
        return total
    for top in range(0, dim * width, 2 * run):
        a, b, c = top, top + run, top + 2 * run
        if kind == 0:
            total += _cross_all(bra_re[a:b], bra_im[a:b], re[b:c], im[b:c])
            total += _cross_all(bra_re[b:c], bra_im[b:c], re[a:b], im[a:b])
        else:  # Y = [[0, -i], [i, 0]]
            total += _dot_all(bra_re[b:c], bra_im[b:c], re[a:b], im[a:b])
            total -= _dot_all(bra_re[a:b], bra_im[a:b], re[b:c], im[b:c])
    return total


@njit(**_OPTIONS)
def adjoint_block(re, im, bra_re, bra_im, n, width, steps, wires, matrices, cos, sin, gradient):
    r"""Walk back through the steps and collect every angle's derivative.

    With the ket after the last step and any bra, the derivative of 2 Re <bra|ket> by the angle of a
    rotation exp(-i angle G / 2) is Im <bra| G |ket>, both taken right after that step.

    Parameters
    ----------
    re, im, bra_re, bra_im : ndarrays of shape (2**n * width,)
        Parts of ket and bra, both changed in place, to what they are before the first step.
    gradient : ndarray of shape (n_steps, width) or (n_steps, 1)
        Derivatives at the rotations' steps, filled here: by sample, or their sum where the samples
        share the angles.
    """
    dim = 1 << n
    for t in range(len(steps) - 1, -1, -1):
        step = steps[t]
        kind, first = step[0], step[1]
        mask = 0
        for k in range(step[2]):
            mask ^= 1 << wires[first + k]
        if kind <= 2 and cos.shape[1] == 1:
            gradient[t, 0] = _derivative_shared(re, im, bra_re, bra_im, dim, width, kind, mask)
        elif kind <= 2:
            into = gradient[t]
            into[:] = 0
            if kind == 2:
                for row in range(dim):
                    a = row * width
                    sign = re.dtype.type(-1 if _odd(row, mask) else 1)
                    _cross(into, sign, bra_re[a:], bra_im[a:], re[a:], im[a:])
            elif kind == 0:
                half = 1 << wires[first]
                for row in range(dim):
                    a, b = row * width, (row ^ half) * width
                    _cross(into, re.dtype.type(1), bra_re[a:], bra_im[a:], re[b:], im[b:])
            else:
                half = 1 << wires[first]
                for row in range(dim):  # Y = [[0, -i], [i, 0]]
                    a, b = row * width, (row ^ half) * width
                    sign = re.dtype.type(1 if row & half else -1)
                    _dot(into, sign, bra_re[a:], bra_im[a:], re[b:], im[b:])
        _apply(re, im, dim, width, step, wires, matrices, cos, sin, True)
        _apply(bra_re, bra_im, dim, width, step, wires, matrices, cos, sin, True)


@njit(**_OPTIONS)
def load_block(re, im, width, states):
    """Read a block from rows of complex amplitudes, shape (width, 2**n)."""
    for left in range(0, width, _TILE):
        for row in range(states.shape[1]):
            a = row * width
            for l in range(left, min(left + _TILE, width)):
                re[a + l] = states[l, row].real
                im[a + l] = states[l, row].imag


@njit(**_OPTIONS)
def store_block(re, im, width, out):
    """Write a block as rows of complex amplitudes, shape (width, 2**n)."""
    for left in range(0, width, _TILE):
        for row in range(out.shape[1]):
            a = row * width
            for l in range(left, min(left + _TILE, width)):
                out[l, row] = complex(re[a + l], im[a + l])


@njit(**_OPTIONS)
def split_into(states, real, imaginary):
    """Write the parts of complex numbers into two arrays."""
    for i in range(states.shape[0]):
        for j in range(states.shape[1]):
            real[i, j] = states[i, j].real
            imaginary[i, j] = states[i, j].imag


@njit(**_OPTIONS)
def square_into(real, imaginary, K, n_rows, n_columns, first_row, first_column, mirror):
    """Write squared magnitudes into K at a place, and mirrored if asked."""
    for i in range(n_rows):
        for j in range(n_columns):
            square = real[i, j] * real[i, j] + imaginary[i, j] * imaginary[i, j]
            K[first_row + i, first_column + j] = square
            if mirror:
                K[first_column + j, first_row + i] = square


@njit(**_SUMS)
def project(states, projector, out):
    """Write |states|**2 @ projector, without the probabilities in between."""
    n_outcomes, n_outputs = projector.shape
    squares = np.empty(n_outcomes)
    for i in range(len(states)):
        row = states[i]
        for z in range(n_outcomes):
            squares[z] = row[z].real * row[z].real + row[z].imag * row[z].imag
        for c in range(n_outputs):
            total = 0.0
            for z in range(n_outcomes):
                total += squares[z] * projector[z, c]
            out[i, c] = total


@njit(**_OPTIONS)
def weigh(states, slopes, projector, conjugate, out):
    """Write (slopes @ projector.T) * states, or times their conjugates."""
    n_outcomes, n_outputs = projector.shape
    weights = np.empty(n_outcomes)
    sign = -1.0 if conjugate else 1.0
    for i in range(len(states)):
        weights[:] = 0
        for c in range(n_outputs):
            slope = slopes[i, c]
            for z in range(n_outcomes):
                weights[z] += slope * projector[z, c]
        row, into = states[i], out[i]
        for z in range(n_outcomes):
            into[z] = complex(weights[z] * row[z].real, sign * weights[z] * row[z].imag)


@njit(**_OPTIONS)
def _add_difference(target, x, y, u, v):
    for l in range(len(target)):
        target[l] += x[l] * y[l] - u[l] * v[l]


@njit(**_OPTIONS)
def _add_sum(target, x, y, u, v):
    for l in range(len(target)):
        target[l] += x[l] * y[l] + u[l] * v[l]


@njit(**_OPTIONS)
def _add_scaled(target, first, x, second, y):
    for l in range(len(target)):
        target[l] += first * x[l] + second * y[l]


@njit(**_OPTIONS)
def mps_overlaps(left, right_re, right_im, bonds, out):
    """Squared overlaps of each row of `left` with all columns of `right`.

    Tensors of all sites lie one after the other, each as (left bond, spin, right bond). The
    environment of all columns passes through the chain together, samples side by side.
    """
    width = right_re.shape[1]
    widest = bonds.max()
    env_re, env_im = np.empty((widest**2, width)), np.empty((widest**2, width))
    mid_re, mid_im = np.empty((2 * widest**2, width)), np.empty((2 * widest**2, width))
    for i in range(left.shape[0]):
        env_re[0], env_im[0] = 1.0, 0.0
        site = 0
        for q in range(len(bonds) - 1):
            above, below = bonds[q], bonds[q + 1]
            for a in range(above):
                for s in range(2):
                    for d in range(below):
                        re, im = mid_re[(a * 2 + s) * below + d], mid_im[(a * 2 + s) * below + d]
                        re[:], im[:] = 0.0, 0.0
                        for b in range(above):
                            x_re, x_im = env_re[a * above + b], env_im[a * above + b]
                            row = site + (b * 2 + s) * below + d
                            y_re, y_im = right_re[row], right_im[row]
                            _add_difference(re, x_re, y_re, x_im, y_im)
                            _add_sum(im, x_re, y_im, x_im, y_re)
            for c in range(below):
                for d in range(below):
                    re, im = env_re[c * below + d], env_im[c * below + d]
                    re[:], im[:] = 0.0, 0.0
                    for k in range(2 * above):
                        factor = left[i, site + k * below + c]
                        x_re, x_im = mid_re[k * below + d], mid_im[k * below + d]
                        _add_scaled(re, factor.real, x_re, factor.imag, x_im)
                        _add_scaled(im, factor.real, x_im, -factor.imag, x_re)
            site += 2 * above * below
        for l in range(width):
            out[i, l] = env_re[0, l] ** 2 + env_im[0, l] ** 2
