"""Compiled: which contacts and employees hang together, directly or through others.

Source: disjoint sets with halved paths (Tarjan and van Leeuwen 1984, doi 10.1145/62.2160).
"""

from matcher.assignment.compiled import compiled
from matcher.assignment.problem import FloatArray, IntArray


@compiled
def root_of(employee: int, above: IntArray) -> int:
    """The employee that stands for all who hang together with this one."""
    while above[employee] != employee:
        above[employee] = above[above[employee]]
        employee = above[employee]
    return employee


@compiled
def join(one: int, other: int, above: IntArray, size: IntArray) -> int:
    """Both hang together from now on; who stands for them."""
    one, other = root_of(one, above), root_of(other, above)
    if one == other:
        return one
    if size[one] < size[other]:
        one, other = other, one
    above[other] = one
    size[one] += size[other]
    return one


@compiled
def join_matrix(
    value: FloatArray, capacity: IntArray, most: int, above: IntArray, size: IntArray, some: IntArray
) -> bool:
    """Join all whom a contact may go to; `some` of them for each contact, -1 for none. False: more than `most` do."""
    for i in range(value.shape[0]):
        first, root, row = -1, -1, value[i]
        for j in range(row.size):
            if row[j] > 0.0 and capacity[j] > 0:
                if first < 0:
                    first, root = j, root_of(j, above)
                elif above[j] != root:
                    root = join(first, j, above, size)
        some[i] = first
        if first >= 0 and size[root] > most:
            return False
    return True


@compiled
def flatten(above: IntArray) -> None:
    """Everyone points at who stands for them."""
    for j in range(above.size):
        above[j] = root_of(j, above)
